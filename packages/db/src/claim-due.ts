import type { Job } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

export interface ClaimOptions {
  /** Most jobs of each kind in one sweep. */
  limit: number;
  /** Milliseconds after which the same work is looked at again if it is still due. */
  againAfterMs: number;
}

/**
 * What is still due although a hint should have done it: tickets of both lanes and deliveries. Their due time moves on in
 * the same statement, and rows that another sweep holds are skipped, so that any number of workers may sweep.
 */
export async function claimDue(db: Db, { limit, againAfterMs }: ClaimOptions): Promise<Job[]> {
  return whileAvailable(async () => {
    const later = sql`now() + ${againAfterMs} * interval '1 millisecond'`;
    const due = await db.execute<{ id: number; revision: number; lane: Lane }>(sql`
      update tickets set due_at = ${later}
      where id in (
        (select id from tickets where state = 'received' and lane = 'live' and due_at <= now()
         order by due_at limit ${limit} for update skip locked)
        union all
        (select id from tickets where state = 'received' and lane = 'bulk' and due_at <= now()
         order by due_at limit ${limit} for update skip locked))
      returning id::float8 as id, revision, lane`);
    const deliveries = await db.execute<{ id: number }>(sql`
      update deliveries set due_at = ${later}
      where id in (select id from deliveries where state = 'pending' and due_at <= now()
                   order by due_at limit ${limit} for update skip locked)
      returning id::float8 as id`);
    return [
      ...due.map((row): Job => ({
        name: 'classify',
        payload: { ticketId: row.id, revision: row.revision, lane: row.lane },
      })),
      ...deliveries.map((row): Job => ({ name: 'deliver', payload: { deliveryId: row.id } })),
    ];
  });
}
