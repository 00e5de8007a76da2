import { and, desc, eq, gte, inArray, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { deliveries, type DeliveryEvent, type DeliveryState } from './schema/operations.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';
import { type Counted, countUpTo } from './count-up-to.ts';
import { isTicket, type TicketId } from './ticket-id.ts';

/** A delivery as it stands, with the names of its source and its ticket. */
export type ListedDelivery = typeof deliveries.$inferSelect & { source: string | null; externalId: string | null };

/** Which deliveries; what is undefined does not matter. */
export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  event?: DeliveryEvent | undefined;
  source?: string | undefined;
  /** `helpdesk` for those to helpdesks. */
  endpoint?: number | 'helpdesk' | undefined;
  ticket?: TicketId | undefined;
  createdFrom?: Date | undefined;
  createdBefore?: Date | undefined;
  fromId?: number | undefined;
  toId?: number | undefined;
}

/** Deliveries that fit every filter, newest first; of those before a number, where a page ended there. */
export async function listDeliveries(
  db: Db,
  filter: DeliveryFilter,
  { limit, beforeId }: { limit: number; beforeId?: number | undefined },
): Promise<ListedDelivery[]> {
  const before = beforeId === undefined ? undefined : lt(deliveries.id, beforeId);
  const rows = await whileAvailable(() => select(db, and(conditionOf(filter), before)).limit(limit));
  return rows.map(({ delivery, ...names }) => ({ ...delivery, ...names }));
}

/** How many deliveries are in a state, counted up to so many. Reads index entries alone. */
export async function countDeliveries(
  db: Db,
  { state, most }: { state: DeliveryState; most: number },
): Promise<Counted> {
  return whileAvailable(() => countUpTo(db, sql`select from deliveries where state = ${state}`, most));
}

/** One delivery; undefined if there is none of this number. */
export async function findDelivery(db: Db, deliveryId: number): Promise<ListedDelivery | undefined> {
  const [found] = await whileAvailable(() => select(db, eq(deliveries.id, deliveryId)));
  return found === undefined ? undefined : { ...found.delivery, source: found.source, externalId: found.externalId };
}

/** Most deliveries that one replay puts back. */
export const REPLAYED_AT_ONCE = 10_000;

/**
 * Puts deliveries back into the outbox, oldest first, as if they had never been tried; what a receiver has seen already
 * it knows by its id. Answers their numbers, at most `REPLAYED_AT_ONCE`: where there are so many, more may be left.
 */
export async function replayDeliveries(db: Db, filter: DeliveryFilter, actor: string): Promise<number[]> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const chosen = tx
        .select({ id: deliveries.id })
        .from(deliveries)
        .leftJoin(sources, eq(sources.id, deliveries.sourceId))
        .leftJoin(tickets, eq(tickets.id, deliveries.ticketId))
        .where(conditionOf(filter))
        .orderBy(deliveries.id)
        .limit(REPLAYED_AT_ONCE);
      const replayed = await tx
        .update(deliveries)
        .set({
          state: 'pending',
          attempts: 0,
          startedAt: sql`now()`,
          dueAt: sql`now()`,
          lastStatus: null,
          lastError: null,
        })
        .where(inArray(deliveries.id, chosen))
        .returning({ id: deliveries.id });
      const detail = { filter: JSON.stringify(filter), deliveries: replayed.length };
      if (replayed.length > 0)
        await writeAudit(tx, { actor, verb: 'deliveries.replay', subject: 'deliveries', detail });
      return replayed.map(({ id }) => id).toSorted((one, other) => one - other);
    }),
  );
}

function select(db: Db, condition: SQL | undefined) {
  return db
    .select({ delivery: deliveries, source: sources.name, externalId: tickets.externalId })
    .from(deliveries)
    .leftJoin(sources, eq(sources.id, deliveries.sourceId))
    .leftJoin(tickets, eq(tickets.id, deliveries.ticketId))
    .where(condition)
    .orderBy(desc(deliveries.id));
}

function conditionOf(filter: DeliveryFilter): SQL | undefined {
  const { state, event, source, endpoint, ticket, createdFrom, createdBefore, fromId, toId } = filter;
  return and(
    state && eq(deliveries.state, state),
    event && eq(deliveries.event, event),
    source === undefined ? undefined : eq(sources.name, source),
    endpointIs(endpoint),
    ticket && isTicket(ticket),
    createdFrom && gte(deliveries.createdAt, createdFrom),
    createdBefore && lt(deliveries.createdAt, createdBefore),
    fromId === undefined ? undefined : gte(deliveries.id, fromId),
    toId === undefined ? undefined : lte(deliveries.id, toId),
  );
}

function endpointIs(endpoint: DeliveryFilter['endpoint']): SQL | undefined {
  if (endpoint === undefined) return undefined;
  return endpoint === 'helpdesk' ? isNull(deliveries.endpointId) : eq(deliveries.endpointId, endpoint);
}
