import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** One round trip to Postgres. Throws DatabaseUnavailable. */
export async function ping(db: Db): Promise<void> {
  await whileAvailable(() => db.execute(sql`select 1`));
}
