import type { CategorisedDecision } from '@usher/core/decide';
import type { Mode } from '@usher/core/release';
import { and, desc, eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { appendCorrection, type DecisionRow, decisionInForce } from './correct-ticket.ts';
import { TicketRemoved, whileAvailable } from './failures.ts';
import { hasOwnExample, keepExample, keepOutcome, type Label } from './keep-label.ts';
import { outcomes } from './schema/learning.ts';
import { tickets } from './schema/tickets.ts';

/** The category that a ticket had in its helpdesk when it was closed. */
export interface Close {
  ticketId: number;
  /** The helpdesk's value, read against the taxonomy. */
  decision: CategorisedDecision;
  /** Who is named as its author, such as the source. */
  actor: string;
  /** What holds for a ticket about which nothing was decided yet. */
  mode: Mode;
}

/** What a close said: another category than the one in force, the same, or what it had said before. */
export type ClosedAs = 'corrected' | 'same' | 'known';

/** What became of a close, and the deliveries to make. */
export interface Closed {
  as: ClosedAs;
  deliveryIds: number[];
}

/** What an engine decided and nobody changed teaches less than a person's word: it may only not have been noticed. */
const UNCHANGED_WEIGHT = 0.3;

/**
 * Takes the helpdesk's value at close as an outcome and keeps it as a labelled example. Another category than the one in force is a
 * correction by the helpdesk, of which it isn't told again; the same value twice changes nothing.
 */
export async function recordClose(db: Db, { ticketId, decision, actor, mode }: Close): Promise<Closed> {
  const label = { category: decision.category, subcategory: decision.subcategory, actor };
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [ticket] = await tx.select().from(tickets).where(eq(tickets.id, ticketId)).for('update');
      if (ticket === undefined) throw new TicketRemoved(ticketId);
      const { revision } = ticket;
      if (await isKnown(tx, { ticketId, revision, label })) return { as: 'known', deliveryIds: [] };
      const before = await decisionInForce(tx, ticket);
      if (before?.category === decision.category) {
        await keepOutcome(tx, { ticketId, revision, via: 'closed', label });
        const weight = wasAutomated(before) ? UNCHANGED_WEIGHT : 1;
        if (!(await hasOwnExample(tx, ticketId)))
          await keepExample(tx, ticket, { label, provenance: 'closed', weight });
        return { as: 'same', deliveryIds: [] };
      }
      const by = { actorKind: 'helpdesk', actor, note: decision.note } as const;
      const corrected = { ...decision, reason: 'corrected' } as const;
      const change = { ticket, before, by, mode: before?.mode ?? mode, decision: corrected };
      const { deliveryIds } = await appendCorrection(tx, change, 'closed');
      await keepExample(tx, ticket, { label, provenance: 'closed', weight: 1 });
      return { as: 'corrected', deliveryIds };
    }),
  );
}

/** Whether the newest thing that is known of this text is the very same close: the helpdesk told it again. */
async function isKnown(
  tx: Db,
  { ticketId, revision, label }: { ticketId: number; revision: number; label: Label },
): Promise<boolean> {
  const [last] = await tx
    .select()
    .from(outcomes)
    .where(and(eq(outcomes.ticketId, ticketId), eq(outcomes.revision, revision)))
    .orderBy(desc(outcomes.id))
    .limit(1);
  return last?.via === 'closed' && last.category === label.category && last.subcategory === label.subcategory;
}

function wasAutomated({ actorKind, action, mode }: DecisionRow): boolean {
  return actorKind === 'engine' && action === 'route' && mode === 'auto';
}
