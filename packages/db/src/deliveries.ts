import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { decisions } from './schema/facts.ts';
import { deliveries } from './schema/operations.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';
import type { Sealed } from './vault.ts';

const HOUR_MS = 3_600_000;

/** A delivery as the worker needs it. */
export interface DueDelivery {
  deliveryId: number;
  payload: unknown;
  attempts: number;
  createdAt: Date;
  webhookUrl: string | null;
  webhookSecret: Sealed | null;
}

/** Loads a delivery that is still to be made; undefined if it arrived or was given up. */
export async function loadDelivery(db: Db, deliveryId: number): Promise<DueDelivery | undefined> {
  const [found] = await whileAvailable(() =>
    db
      .select({ delivery: deliveries, decision: decisions, ticket: tickets, source: sources })
      .from(deliveries)
      .innerJoin(decisions, eq(decisions.id, deliveries.decisionId))
      .innerJoin(tickets, eq(tickets.id, deliveries.ticketId))
      .innerJoin(sources, eq(sources.id, deliveries.sourceId))
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.state, 'pending'))),
  );
  if (found === undefined) return undefined;
  const { id, attempts, createdAt } = found.delivery;
  const { webhookUrl, webhookSecret } = found.source;
  return { deliveryId: id, payload: payloadOf(found), attempts, createdAt, webhookUrl, webhookSecret };
}

interface News {
  delivery: typeof deliveries.$inferSelect;
  decision: typeof decisions.$inferSelect;
  ticket: typeof tickets.$inferSelect;
  source: typeof sources.$inferSelect;
}

/** What the source is told: made of facts that never change, so that every attempt says the same. */
function payloadOf({ delivery, decision, ticket, source }: News): Record<string, unknown> {
  const slaDueAt = new Date(ticket.receivedAt.getTime() + decision.slaHours * HOUR_MS);
  const data = {
    id: ticket.id,
    source: source.name,
    ticket_id: ticket.externalId,
    revision: decision.revision,
    action: decision.action,
    routed_to: decision.team,
    category: decision.category,
    subcategory: decision.subcategory,
    priority: decision.priority,
    sla_hours: decision.slaHours,
    sla_due_at: slaDueAt.toISOString(),
    confidence: decision.confidence,
    note: decision.note,
  };
  return { type: delivery.event, timestamp: delivery.createdAt.toISOString(), data };
}

/** How an attempt to deliver ended. */
export type Attempt =
  | { kind: 'delivered'; status: number }
  | { kind: 'again'; dueAt: Date; status: number | null; error: string }
  | { kind: 'dead'; status: number | null; error: string };

/** Writes down how an attempt ended; the count of attempts grows by one. */
export async function recordAttempt(db: Db, deliveryId: number, attempt: Attempt): Promise<void> {
  const state = { delivered: 'delivered', again: 'pending', dead: 'dead' } as const;
  await whileAvailable(() =>
    db
      .update(deliveries)
      .set({
        attempts: sql`${deliveries.attempts} + 1`,
        state: state[attempt.kind],
        lastStatus: attempt.status,
        lastError: attempt.kind === 'delivered' ? null : attempt.error,
        ...(attempt.kind === 'again' ? { dueAt: attempt.dueAt } : {}),
        ...(attempt.kind === 'delivered' ? { deliveredAt: sql`now()` } : {}),
      })
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.state, 'pending'))),
  );
}
