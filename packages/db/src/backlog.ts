import { sql } from 'drizzle-orm';
import type { Lane } from '@usher/core/ticket';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** Tickets of a lane that wait for a decision, and the age of the oldest in seconds. */
export interface LaneBacklog {
  lane: Lane;
  waiting: number;
  oldestSeconds: number;
}

/** How much work is due, by lane. */
export async function countBacklog(db: Db): Promise<LaneBacklog[]> {
  return whileAvailable(() =>
    db.execute<{ lane: Lane; waiting: number; oldestSeconds: number }>(sql`
      select lane, count(*)::int as waiting,
             coalesce(extract(epoch from now() - min(revised_at)), 0)::float8 as "oldestSeconds"
      from tickets where state = 'received' group by lane`),
  );
}
