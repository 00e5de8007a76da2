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
export async function claimDue(db: Db, options: ClaimOptions): Promise<Job[]> {
  return whileAvailable(async () => {
    const live = await claimTickets(db, 'live', options);
    const bulk = await claimTickets(db, 'bulk', options);
    return [...live, ...bulk, ...(await claimDeliveries(db, options))];
  });
}

async function claimTickets(db: Db, lane: Lane, { limit, againAfterMs }: ClaimOptions): Promise<Job[]> {
  const due = await db.execute<{ ticketId: number; revision: number }>(sql`
    with due as materialized (
      select id from tickets where state = 'received' and batch is null and lane = ${lane} and due_at <= now()
      order by due_at limit ${limit} for update skip locked)
    update tickets set due_at = now() + ${againAfterMs} * interval '1 millisecond'
    from due where tickets.id = due.id
    returning tickets.id::float8 as "ticketId", revision`);
  return due.map(({ ticketId, revision }): Job => ({ name: 'classify', payload: { ticketId, revision, lane } }));
}

async function claimDeliveries(db: Db, { limit, againAfterMs }: ClaimOptions): Promise<Job[]> {
  const due = await db.execute<{ deliveryId: number }>(sql`
    with due as materialized (
      select id from deliveries where state = 'pending' and due_at <= now()
      order by due_at limit ${limit} for update skip locked)
    update deliveries set due_at = now() + ${againAfterMs} * interval '1 millisecond'
    from due where deliveries.id = due.id
    returning deliveries.id::float8 as "deliveryId"`);
  return due.map(({ deliveryId }): Job => ({ name: 'deliver', payload: { deliveryId } }));
}
