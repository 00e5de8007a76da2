import { sql } from 'drizzle-orm';
import journal from '../migrations/meta/_journal.json' with { type: 'json' };
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** Number of migrations that this version of Usher brings and the database lacks; 0 means ready. */
export async function missingMigrations(db: Db): Promise<number> {
  return whileAvailable(async () => {
    const [table] = await db.execute<{ found: string | null }>(
      sql`select to_regclass('drizzle.__drizzle_migrations')::text as found`,
    );
    if (table?.found == null) return journal.entries.length;
    const [row] = await db.execute<{ applied: number }>(
      sql`select count(*)::int as applied from drizzle.__drizzle_migrations`,
    );
    return Math.max(0, journal.entries.length - (row?.applied ?? 0));
  });
}
