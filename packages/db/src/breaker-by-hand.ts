import { sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { closeBreaker, listBreakers } from './breakers.ts';
import { whileAvailable } from './failures.ts';

/** Who does it, and why, for whoever looks later. */
export interface ByHand {
  actor: string;
  why: string;
}

/** Opens breakers for so many milliseconds, however they stand, and writes down who did. */
export async function openByHand(
  db: Db,
  names: readonly string[],
  { forMs, why, actor }: ByHand & { forMs: number },
): Promise<void> {
  await whileAvailable(() =>
    db.transaction(async (tx) => {
      for (const name of names) {
        await tx.execute(sql`
          insert into breakers (name, open_until, opened_at, reason, detail, times)
          values (${name}, now() + ${forMs} * interval '1 millisecond', now(), 'hand', ${why}, 1)
          on conflict (name) do update
          set open_until = excluded.open_until, opened_at = now(), reason = 'hand', detail = excluded.detail, times = 1,
            probed_until = null`);
        await writeAudit(tx, { actor, verb: 'breaker.opened', subject: name, detail: { forMs, why } });
      }
    }),
  );
}

/** Closes every breaker that is not closed, writes down who did, and answers their names. */
export async function closeByHand(db: Db, { why, actor }: ByHand): Promise<string[]> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const closed = [];
      for (const { name } of await listBreakers(tx)) {
        if (!(await closeBreaker(tx, name))) continue;
        await writeAudit(tx, { actor, verb: 'breaker.closed', subject: name, detail: { why } });
        closed.push(name);
      }
      return closed;
    }),
  );
}
