import { type CategorisedDecision, stateAfter } from '@usher/core/decide';
import type { TicketState } from '@usher/core/ticket';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { appendDecision } from './append-decision.ts';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { examples } from './schema/examples.ts';
import { type ActorKind, corrections, decisions } from './schema/facts.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';
import { isTicket, type TicketId } from './ticket-id.ts';

type Ticket = typeof tickets.$inferSelect;

/** What a correction needs to know about its ticket: the category that stands now. */
export interface Standing {
  ticketId: number;
  externalId: string;
  revision: number;
  category: string | null;
}

/** The category that a ticket's newest decision gives, also in shadow mode; undefined if there is no such ticket. */
export async function findStanding(db: Db, ticketId: TicketId): Promise<Standing | undefined> {
  return whileAvailable(async () => {
    const [found] = await db
      .select({
        ticketId: tickets.id,
        externalId: tickets.externalId,
        revision: tickets.revision,
        category: decisions.category,
      })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .leftJoin(decisions, eq(decisions.id, tickets.decisionId))
      .where(isTicket(ticketId));
    return found;
  });
}

export interface CorrectionBy {
  actorKind: Exclude<ActorKind, 'engine'>;
  actor: string;
  note: string | null;
}

/** What a correction set in motion. */
export interface Corrected {
  correctionId: number;
  deliveryId: number | null;
  /** Where the ticket stands now. */
  state: TicketState;
}

/**
 * Appends a person's decision with its correction, keeps the text as a labelled example, shows the decision on the
 * ticket and puts the news into the outbox, in one transaction. In shadow mode the ticket stays unassigned.
 */
export async function correctTicket(
  db: Db,
  { ticketId, decision, by }: { ticketId: number; decision: CategorisedDecision; by: CorrectionBy },
): Promise<Corrected> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [ticket] = await tx.select().from(tickets).where(eq(tickets.id, ticketId)).for('update');
      if (ticket === undefined) throw new Error(`ticket ${ticketId} vanished while it was corrected`);
      const before = await newestDecision(tx, ticket);
      const mode = before?.mode ?? 'auto';
      const { decisionId, deliveryId } = await appendDecision(tx, {
        ticketId,
        revision: ticket.revision,
        releaseId: before?.releaseId ?? null,
        mode,
        actorKind: by.actorKind,
        actor: by.actor,
        event: 'ticket.corrected',
        decision,
        calls: [],
      });
      if (decisionId === null) throw new Error('a decision was not stored');
      const correctionId = await appendCorrection(tx, { ticket, before, decision, decisionId, by });
      await keepExample(tx, { ticket, decision, by });
      await writeAudit(tx, {
        actor: by.actor,
        verb: `ticket.${decision.reason}`,
        subject: `ticket ${ticketId}`,
        detail: { category: decision.category },
      });
      return { correctionId, deliveryId, state: stateAfter(decision.action, mode) };
    }),
  );
}

type DecisionRow = typeof decisions.$inferSelect;

async function newestDecision(tx: Db, ticket: Ticket): Promise<DecisionRow | undefined> {
  const [newest] = await tx
    .select()
    .from(decisions)
    .where(and(eq(decisions.ticketId, ticket.id), eq(decisions.revision, ticket.revision)))
    .orderBy(desc(decisions.id))
    .limit(1);
  return newest;
}

interface Change {
  ticket: Ticket;
  before: DecisionRow | undefined;
  decision: CategorisedDecision;
  decisionId: number;
  by: CorrectionBy;
}

async function appendCorrection(tx: Db, { ticket, before, decision, decisionId, by }: Change): Promise<number> {
  const [correction] = await tx
    .insert(corrections)
    .values({
      ...by,
      ticketId: ticket.id,
      revision: ticket.revision,
      decisionId,
      fromCategory: before?.category ?? null,
      fromSubcategory: before?.subcategory ?? null,
      category: decision.category,
      subcategory: decision.subcategory,
    })
    .returning({ id: corrections.id });
  if (correction === undefined) throw new Error('a correction was not stored');
  return correction.id;
}

async function keepExample(
  tx: Db,
  { ticket, decision, by }: Pick<Change, 'ticket' | 'decision' | 'by'>,
): Promise<void> {
  const active = and(eq(examples.ticketId, ticket.id), isNull(examples.retiredAt));
  await tx.update(examples).set({ retiredAt: new Date() }).where(active);
  await tx.insert(examples).values({
    ticketId: ticket.id,
    subject: ticket.subject,
    body: ticket.body,
    category: decision.category,
    subcategory: decision.subcategory,
    provenance: decision.reason === 'accepted' ? 'accepted' : 'correction',
    labelledBy: by.actor,
    weight: 1,
  });
}
