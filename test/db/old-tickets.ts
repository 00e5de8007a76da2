import type { Db } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordDecision } from '@usher/db/record-decision';
import type postgres from 'postgres';
import { answer, makeRelease, routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

/** Takes in tickets and decides them; answers their numbers. */
export async function decidedTickets(db: Db, sourceId: number, names: readonly string[]): Promise<number[]> {
  const releaseId = await makeRelease(db);
  const arrivals = names.map((name) => ({
    sourceId,
    lane: 'live' as const,
    draft: draft(name, { body: `Text of ${name}` }),
  }));
  const numbers = (await receiveTickets(db, arrivals)).map(({ ticketId }) => ticketId);
  for (const ticketId of numbers) {
    const decision = routeToFinance();
    const outcome = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'claude' } as const;
    await recordDecision(db, { ...outcome, calls: [answer()], decision, auditShare: 1 });
  }
  return numbers;
}

/** Corrects a ticket as an agent does. */
export async function correct(db: Db, ticketId: number): Promise<void> {
  const by = { actorKind: 'agent', actor: 'ana', note: 'It is about something else' } as const;
  const decision = { ...routeToFinance({ reason: 'corrected' }), category: 'general', subcategory: null };
  await correctTicket(db, { ticketId, decision, by, mode: 'auto' });
}

/** Makes tickets, and whatever happened to them, so many days older. */
export async function makeOlder(sql: postgres.Sql, numbers: readonly number[], days: number): Promise<void> {
  const span = `${days} days`;
  await sql`
    update tickets set received_at = received_at - ${span}::interval, revised_at = revised_at - ${span}::interval,
           decided_at = decided_at - ${span}::interval
    where id in ${sql(numbers)}`;
  for (const table of ['decisions', 'classifications', 'outcomes', 'corrections', 'deliveries', 'blind_audits']) {
    await sql`update ${sql(table)} set created_at = created_at - ${span}::interval where ticket_id in ${sql(numbers)}`;
  }
}
