import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { deliveries } from './schema/operations.ts';
import { sources } from './schema/sources.ts';
import type { tickets } from './schema/tickets.ts';

type Ticket = typeof tickets.$inferSelect;

/** What a source is told about. */
export type DeliveryEvent = 'ticket.decided' | 'ticket.corrected';

/** Milliseconds that the queue's hint has before the sweep looks at a delivery itself. */
const GRACE_MS = 10_000;

/** Puts the news of a decision into the outbox of the ticket's source; null if the source has no webhook. */
export async function announce(
  tx: Db,
  { event, ticket, decisionId }: { event: DeliveryEvent; ticket: Ticket; decisionId: number },
): Promise<number | null> {
  const [source] = await tx.select().from(sources).where(eq(sources.id, ticket.sourceId));
  if (source?.webhookUrl == null) return null;
  const [delivery] = await tx
    .insert(deliveries)
    .values({
      sourceId: source.id,
      ticketId: ticket.id,
      decisionId,
      event,
      payload: { type: event, timestamp: new Date().toISOString(), data: assignmentOf(source.name, ticket) },
      dueAt: new Date(Date.now() + GRACE_MS),
    })
    .returning({ id: deliveries.id });
  return delivery?.id ?? null;
}

function assignmentOf(source: string, ticket: Ticket): Record<string, unknown> {
  return {
    id: ticket.id,
    source,
    ticket_id: ticket.externalId,
    revision: ticket.revision,
    action: ticket.action,
    routed_to: ticket.team,
    category: ticket.category,
    subcategory: ticket.subcategory,
    priority: ticket.priority,
    sla_hours: ticket.slaHours,
    sla_due_at: ticket.slaDueAt?.toISOString() ?? null,
    confidence: ticket.confidence,
    note: ticket.note,
  };
}

/** A delivery as the worker needs it. */
export interface DueDelivery {
  deliveryId: number;
  payload: unknown;
  attempts: number;
  createdAt: Date;
  webhookUrl: string | null;
  webhookSecret: string | null;
}

/** Loads a delivery that is still to be made; undefined if it arrived or was given up. */
export async function loadDelivery(db: Db, deliveryId: number): Promise<DueDelivery | undefined> {
  const [delivery] = await whileAvailable(() =>
    db
      .select({
        deliveryId: deliveries.id,
        payload: deliveries.payload,
        attempts: deliveries.attempts,
        createdAt: deliveries.createdAt,
        webhookUrl: sources.webhookUrl,
        webhookSecret: sources.webhookSecret,
      })
      .from(deliveries)
      .innerJoin(sources, eq(sources.id, deliveries.sourceId))
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.state, 'pending'))),
  );
  return delivery;
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
