import type { Job } from '@usher/core/jobs';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

export interface ClaimOptions {
  /** Most jobs in one sweep. */
  limit: number;
  /** Milliseconds after which the same work is looked at again if it is still due. */
  againAfterMs: number;
}

/**
 * Deliveries that are still due although a hint should have done them. Their due time moves on in the same statement, and
 * rows that another sweep holds are skipped, so that any number of workers may sweep.
 */
export async function claimDeliveries(db: Db, { limit, againAfterMs }: ClaimOptions): Promise<Job[]> {
  const due = await whileAvailable(() =>
    db.execute<{ deliveryId: number }>(sql`
      with due as materialized (
        select id from deliveries where state = 'pending' and due_at <= now()
        order by due_at limit ${limit} for update skip locked)
      update deliveries set due_at = now() + ${againAfterMs} * interval '1 millisecond'
      from due where deliveries.id = due.id
      returning deliveries.id::float8 as "deliveryId"`),
  );
  return due.map(({ deliveryId }): Job => ({ name: 'deliver', payload: { deliveryId } }));
}
