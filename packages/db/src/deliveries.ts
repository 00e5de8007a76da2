import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { endpoints } from './schema/endpoints.ts';
import { decisions } from './schema/facts.ts';
import { deliveries, type DeliveryEvent, receiverPauses } from './schema/operations.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';
import type { Source } from './sources.ts';
import type { Sealed } from './vault.ts';

const HOUR_MS = 3_600_000;

type DecisionRow = typeof decisions.$inferSelect;
type TicketRow = typeof tickets.$inferSelect;

interface Due {
  deliveryId: number;
  attempts: number;
  /** When the attempts that count began. */
  startedAt: Date;
  /** Names the receiver wherever deliveries to it are counted or held back. */
  receiver: string;
  /** Why nobody calls this receiver now, and for how many milliseconds; null where anybody may. */
  pause: { forMs: number; reason: string } | null;
}

/** A delivery to an endpoint. What is told is made of facts that never change, so that every attempt says the same. */
export interface EndpointDelivery extends Due {
  kind: 'endpoint';
  endpointId: number;
  url: string;
  /** Each signs; none where the endpoint was removed. */
  secrets: Sealed[];
  isDisabled: boolean;
  payload: Record<string, unknown>;
}

/** A delivery to the helpdesk of a ticket's source. */
export interface HelpdeskDelivery extends Due {
  kind: 'helpdesk';
  event: DeliveryEvent;
  source: Source;
  ticketId: number;
  externalId: string;
  note: 'sending' | 'left' | null;
  /** Null where what was written is to be taken back. */
  decided: { decision: DecisionRow; slaDueAt: Date; rationale: string | null } | null;
}

/** A delivery as the worker needs it. */
export type DueDelivery = EndpointDelivery | HelpdeskDelivery;

const receiver = sql<string>`case when ${deliveries.endpointId} is null then 'source ' || ${deliveries.sourceId}
  else 'endpoint ' || ${deliveries.endpointId} end`;

/** What the engine whose decision it is said about why. */
const rationale = sql<string | null>`(
  select suggestion ->> 'rationale' from classifications
  where ${decisions.actorKind} = 'engine' and ticket_id = ${decisions.ticketId} and revision = ${decisions.revision}
    and suggestion ->> 'category' = ${decisions.category}
  order by id desc limit 1)`;

/** Loads a delivery that is still to be made; undefined if it arrived or was given up. */
export async function loadDelivery(db: Db, deliveryId: number): Promise<DueDelivery | undefined> {
  const [found] = await whileAvailable(() =>
    db
      .select({
        delivery: deliveries,
        endpoint: endpoints,
        decision: decisions,
        ticket: tickets,
        source: sources,
        receiver,
        // Worker clocks differ; whether an old secret still counts is for the database's to say.
        signsWithOld: sql<boolean>`${endpoints.oldSecretUntil} > now()`,
        pause: sql<Due['pause']>`(
          select jsonb_build_object('reason', reason, 'forMs', ceil(extract(epoch from until - now()) * 1000))
          from ${receiverPauses} where receiver = ${receiver} and until > now())`,
        rationale,
      })
      .from(deliveries)
      .leftJoin(endpoints, eq(endpoints.id, deliveries.endpointId))
      .leftJoin(decisions, eq(decisions.id, deliveries.decisionId))
      .leftJoin(tickets, eq(tickets.id, deliveries.ticketId))
      .leftJoin(sources, eq(sources.id, deliveries.sourceId))
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.state, 'pending'))),
  );
  return found === undefined ? undefined : dueOf(found);
}

interface Found {
  delivery: typeof deliveries.$inferSelect;
  endpoint: typeof endpoints.$inferSelect | null;
  decision: DecisionRow | null;
  ticket: TicketRow | null;
  source: Source | null;
  receiver: string;
  signsWithOld: boolean;
  pause: Due['pause'];
  rationale: string | null;
}

function dueOf(found: Found): DueDelivery {
  const { delivery, endpoint, ticket, source, decision } = found;
  const { id: deliveryId, attempts, startedAt, event, note } = delivery;
  const due = { deliveryId, attempts, startedAt, receiver: found.receiver, pause: found.pause };
  if (endpoint !== null) {
    const { id: endpointId, url, secret, oldSecret, disabledAt } = endpoint;
    const secrets = [secret, found.signsWithOld ? oldSecret : null].filter((sealed) => sealed !== null);
    const isDisabled = disabledAt !== null && event !== 'endpoint.test';
    return { ...due, kind: 'endpoint', endpointId, url, secrets, isDisabled, payload: payloadOf(found) };
  }
  if (ticket === null || source === null) throw new Error(`delivery ${deliveryId} has no receiver`);
  const isUndone = event === 'ticket.undone' || decision === null;
  const decided = isUndone ? null : { decision, slaDueAt: slaDueAtOf(ticket, decision), rationale: found.rationale };
  const { id: ticketId, externalId } = ticket;
  return { ...due, kind: 'helpdesk', event, source, ticketId, externalId, note, decided };
}

function payloadOf({ delivery, decision, ticket, source }: Found): Record<string, unknown> {
  const { event: type, createdAt, endpointId } = delivery;
  const timestamp = createdAt.toISOString();
  if (decision === null || ticket === null || source === null)
    return { type, timestamp, data: { endpoint: endpointId } };
  const data = {
    id: ticket.id,
    source: source.name,
    ticket_id: ticket.externalId,
    revision: decision.revision,
    decision: decision.id,
    action: decision.action,
    reason: decision.reason,
    routed_to: decision.team,
    category: decision.category,
    subcategory: decision.subcategory,
    priority: decision.priority,
    sla_hours: decision.slaHours,
    sla_due_at: slaDueAtOf(ticket, decision).toISOString(),
    confidence: decision.confidence,
    note: decision.note,
  };
  return { type, timestamp, data };
}

function slaDueAtOf(ticket: TicketRow, { slaHours }: DecisionRow): Date {
  return new Date(ticket.receivedAt.getTime() + slaHours * HOUR_MS);
}

/** How an attempt to deliver ended. One that `waits` was none: it is looked at again, and none is counted. */
export type Attempt =
  | { kind: 'delivered'; status: number | null }
  | { kind: 'again'; dueAt: Date; status: number | null; error: string }
  | { kind: 'waits'; dueAt: Date; status: number | null; error: string }
  | { kind: 'superseded' }
  | { kind: 'dead'; status: number | null; error: string };

/** Writes down how an attempt ended; the count of attempts grows by one where it was one. */
export async function recordAttempt(db: Db, deliveryId: number, attempt: Attempt): Promise<void> {
  const { kind } = attempt;
  const isCounted = kind === 'delivered' || kind === 'again' || kind === 'dead';
  const state = {
    delivered: 'delivered',
    again: 'pending',
    waits: 'pending',
    superseded: 'superseded',
    dead: 'dead',
  } as const;
  await whileAvailable(() =>
    db
      .update(deliveries)
      .set({
        state: state[kind],
        ...(isCounted && { attempts: sql`${deliveries.attempts} + 1` }),
        ...(kind !== 'superseded' && { lastStatus: attempt.status }),
        lastError: 'error' in attempt ? attempt.error : null,
        ...('dueAt' in attempt && { dueAt: attempt.dueAt }),
        ...(kind === 'delivered' && { deliveredAt: sql`now()` }),
      })
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.state, 'pending'))),
  );
}
