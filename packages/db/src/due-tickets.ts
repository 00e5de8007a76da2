import type { Job } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** Tickets that came by themselves rather than in a backfill. */
const NO_BACKFILL = 0;

export interface DueOptions {
  lane: Lane;
  /** Most tickets that are answered. */
  limit: number;
}

/**
 * The tickets of a lane that are due, those first that should be next: what came by itself, then backfills by their
 * priority, each by age; a held backfill not at all. Only reads, and only the index: however many wait, it costs what it
 * answers.
 */
export async function dueTickets(db: Db, { lane, limit }: DueOptions): Promise<Job[]> {
  return whileAvailable(async () => {
    const jobs = await headOf(db, { lane, limit }, NO_BACKFILL);
    if (lane === 'live') return jobs;
    for (const backfillId of await feedingBackfills(db)) {
      if (jobs.length >= limit) break;
      jobs.push(...(await headOf(db, { lane, limit: limit - jobs.length }, backfillId)));
    }
    return jobs;
  });
}

async function headOf(db: Db, { lane, limit }: DueOptions, backfillId: number): Promise<Job[]> {
  const due = await db.execute<{ ticketId: number; revision: number }>(sql`
    select id::float8 as "ticketId", revision from tickets
    where state = 'received' and batch is null and lane = ${lane} and backfill_id = ${backfillId} and due_at <= now()
    order by due_at, id limit ${limit}`);
  return due.map(({ ticketId, revision }): Job => ({ name: 'classify', payload: { ticketId, revision, lane } }));
}

async function feedingBackfills(db: Db): Promise<number[]> {
  const found = await db.execute<{ id: number }>(sql`
    select id from backfills where not is_held order by priority desc, id`);
  return found.map(({ id }) => id);
}
