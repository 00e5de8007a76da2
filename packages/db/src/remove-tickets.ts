import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';

/** Whatever stands under a ticket, what refers to others first. */
const UNDER_A_TICKET = [
  'review_claims',
  'write_backs',
  'batch_members',
  'deliveries',
  'blind_audits',
  'outcomes',
  'examples',
  'corrections',
  'decisions',
  'classifications',
  'ticket_revisions',
] as const;

/**
 * Removes tickets with all that was derived from them, for good, and answers how many there were. To be called in a transaction
 * that holds the tickets until its end: a worker that has one in hand finds it gone when it wants to write down its decision.
 */
export async function removeTickets(tx: Db, numbers: SQL): Promise<number> {
  for (const table of UNDER_A_TICKET) {
    await tx.execute(sql`delete from ${sql.identifier(table)} where ticket_id in (${numbers})`);
  }
  const gone = await tx.execute<{ id: number }>(sql`delete from tickets where id in (${numbers}) returning id`);
  return gone.length;
}
