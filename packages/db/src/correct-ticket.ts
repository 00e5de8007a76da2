import { type CategorisedDecision, stateAfter } from '@usher/core/decide';
import type { Mode } from '@usher/core/release';
import type { TicketState } from '@usher/core/ticket';
import { eq } from 'drizzle-orm';
import { appendDecision } from './append-decision.ts';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { TicketRemoved, whileAvailable } from './failures.ts';
import { keepExample, keepOutcome } from './keep-label.ts';
import { type ActorKind, corrections, decisions } from './schema/facts.ts';
import type { OutcomeVia } from './schema/learning.ts';
import { tickets } from './schema/tickets.ts';

type Ticket = typeof tickets.$inferSelect;

export interface CorrectionBy {
  actorKind: Exclude<ActorKind, 'engine'>;
  actor: string;
  note: string | null;
}

export interface CorrectionOf {
  ticketId: number;
  decision: CategorisedDecision;
  by: CorrectionBy;
  /** What holds for a ticket about which nothing was decided yet. */
  mode: Mode;
}

/** What a correction set in motion. */
export interface Corrected {
  correctionId: number;
  deliveryIds: number[];
  /** Whether the category changed or was confirmed. */
  reason: 'corrected' | 'accepted';
  /** Where the ticket stands now. */
  state: TicketState;
}

/**
 * Appends a person's decision with its correction, keeps the text as a labelled example, shows the decision on the
 * ticket and puts the news into the outbox, in one transaction. The same correction again changes nothing. In shadow mode
 * the ticket stays unassigned. Throws TicketRemoved, DatabaseUnavailable.
 */
export async function correctTicket(db: Db, { ticketId, decision, by, mode }: CorrectionOf): Promise<Corrected> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [ticket] = await tx.select().from(tickets).where(eq(tickets.id, ticketId)).for('update');
      if (ticket === undefined) throw new TicketRemoved(ticketId);
      const before = await decisionInForce(tx, ticket);
      const made = await madeBefore(tx, { before, decision, by });
      if (made !== undefined) return { ...made, deliveryIds: [], state: ticket.state };
      // Known for sure only now that nobody else can change the ticket.
      const via = before?.category === decision.category ? 'accepted' : 'correction';
      const reason: 'accepted' | 'corrected' = via === 'accepted' ? 'accepted' : 'corrected';
      const change: Change = { ticket, before, by, mode: before?.mode ?? mode, decision: { ...decision, reason } };
      const own = await appendCorrection(tx, change, via);
      const label = { category: decision.category, subcategory: decision.subcategory, actor: by.actor };
      await keepExample(tx, ticket, { label, provenance: via, weight: 1 });
      return { ...own, reason, state: stateAfter(decision.action, before?.mode ?? mode) };
    }),
  );
}

export type DecisionRow = typeof decisions.$inferSelect;

/** The decision that holds for the ticket's newest text; undefined where there is none. */
export async function decisionInForce(tx: Db, ticket: Ticket): Promise<DecisionRow | undefined> {
  if (ticket.decisionId === null) return undefined;
  const [found] = await tx.select().from(decisions).where(eq(decisions.id, ticket.decisionId));
  return found?.revision === ticket.revision ? found : undefined;
}

/** The correction that says the same and is in force already: a caller who got no answer sent it again. */
async function madeBefore(
  tx: Db,
  { before, decision, by }: Pick<Change, 'before' | 'decision' | 'by'>,
): Promise<Pick<Corrected, 'correctionId' | 'reason'> | undefined> {
  if (before === undefined || before.actorKind === 'engine') return undefined;
  const isSame =
    before.category === decision.category && before.subcategory === decision.subcategory && before.actor === by.actor;
  if (!isSame) return undefined;
  const [found] = await tx.select().from(corrections).where(eq(corrections.decisionId, before.id));
  if (found === undefined || found.note !== by.note) return undefined;
  return { correctionId: found.id, reason: before.reason === 'accepted' ? 'accepted' : 'corrected' };
}

/** A person's decision on its way into the books. */
export interface Change {
  ticket: Ticket;
  before: DecisionRow | undefined;
  decision: CategorisedDecision;
  by: CorrectionBy;
  mode: Mode;
}

/** Appends a decision with its correction and the outcome that it is. Inside the caller's transaction, which holds the ticket. */
export async function appendCorrection(
  tx: Db,
  change: Change,
  via: OutcomeVia,
): Promise<Pick<Corrected, 'correctionId' | 'deliveryIds'>> {
  const { ticket, before, decision, by, mode } = change;
  const { id: ticketId, revision } = ticket;
  const { actorKind, actor } = by;
  const releaseId = before?.releaseId ?? null;
  const who = { ticketId, revision, releaseId, mode, actorKind, actor, calls: [] } as const;
  const { decisionId, deliveryIds } = await appendDecision(tx, { ...who, decision });
  if (decisionId === null) throw new Error('a decision was not stored');
  const { category, subcategory } = decision;
  const from = { fromCategory: before?.category ?? null, fromSubcategory: before?.subcategory ?? null };
  const [correction] = await tx
    .insert(corrections)
    .values({ ...by, ...from, ticketId, revision, decisionId, category, subcategory })
    .returning({ id: corrections.id });
  if (correction === undefined) throw new Error('a correction was not stored');
  await keepOutcome(tx, { ticketId, revision, via, label: { category, subcategory, actor } });
  await writeAudit(tx, {
    actor,
    verb: `ticket.${decision.reason}`,
    subject: `ticket ${ticketId}`,
    detail: { category },
  });
  return { correctionId: correction.id, deliveryIds };
}
