import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** The server's version and its clock, in milliseconds since 1970. Throws DatabaseUnavailable. */
export async function readServer(db: Db): Promise<{ version: string; time: number }> {
  const [server] = await whileAvailable(() =>
    db.execute<{ version: string; time: number }>(sql`
      select current_setting('server_version') as version,
             extract(epoch from clock_timestamp())::float8 * 1000 as time`),
  );
  return server ?? { version: 'unknown', time: Number.NaN };
}
