import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import type { CountedFacts } from '../schema/rollups.ts';

const LOOK_AGAIN_MS = 20;

/**
 * Waits until everyone has ended who is writing to one of these tables now, without holding anyone up; numbers that were given
 * before are then either visible or will never be. Answers false when the patience, in milliseconds, is over. (`CREATE INDEX
 * CONCURRENTLY` waits the same way: a writer holds its lock from before it takes a number until it commits.)
 */
export async function writersEnded(db: Db, tables: readonly CountedFacts[], patienceMs: number): Promise<boolean> {
  const waitedFor = new Set(await writersOf(db, tables));
  const until = performance.now() + patienceMs;
  for (;;) {
    if (waitedFor.size === 0) return true;
    if (performance.now() > until) return false;
    await pause(LOOK_AGAIN_MS);
    const still = new Set(await writersOf(db, tables));
    for (const writer of waitedFor) if (!still.has(writer)) waitedFor.delete(writer);
  }
}

/** The transactions that write to these tables, by names that are never used again. */
async function writersOf(db: Db, tables: readonly CountedFacts[]): Promise<string[]> {
  const rows = await db.execute<{ writer: string }>(sql`
    select distinct virtualtransaction || '-' || pid as writer
    from pg_locks
    where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
      and database = (select oid from pg_database where datname = current_database())
      and relation in (select to_regclass(name) from jsonb_array_elements_text(${JSON.stringify(tables)}::jsonb) as name)
      and pid <> pg_backend_pid()`);
  return rows.map(({ writer }) => writer);
}
