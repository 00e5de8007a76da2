import type { TicketState } from '@usher/core/ticket';
import { and, desc, eq, gte, inArray, lt, ne } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import type { StoredTicket } from './find-ticket.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';

export interface ListFilter {
  state?: TicketState | undefined;
  team?: string | undefined;
  category?: string | undefined;
  /** What the engine predicted for the newest text. */
  predicted?: string | undefined;
  /** What somebody said that the newest text is about. */
  truth?: string | undefined;
  source?: string | undefined;
  receivedFrom?: Date | undefined;
  receivedBefore?: Date | undefined;
  /** Only tickets with a smaller number: where the page before ended. */
  beforeId?: number | undefined;
  limit: number;
}

/** Tickets that fit every filter, newest first. */
export async function listTickets(db: Db, filter: ListFilter): Promise<StoredTicket[]> {
  const rows = await whileAvailable(() =>
    db
      .select({ ticket: tickets, source: sources.name })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(
        and(
          filter.state && eq(tickets.state, filter.state),
          filter.team === undefined ? undefined : eq(tickets.team, filter.team),
          filter.category === undefined ? undefined : eq(tickets.category, filter.category),
          filter.predicted === undefined ? undefined : eq(tickets.predicted, filter.predicted),
          filter.truth === undefined ? undefined : eq(tickets.truth, filter.truth),
          filter.source === undefined ? undefined : eq(sources.name, filter.source),
          filter.receivedFrom && gte(tickets.receivedAt, filter.receivedFrom),
          filter.receivedBefore && lt(tickets.receivedAt, filter.receivedBefore),
          filter.beforeId === undefined ? undefined : lt(tickets.id, filter.beforeId),
        ),
      )
      .orderBy(desc(tickets.id))
      .limit(filter.limit),
  );
  return rows.map(({ ticket, source }) => ({ ...ticket, source }));
}

/** Of these tickets, those whose work has ended; for callers who wait for a decision. */
export async function listDecided(db: Db, ticketIds: readonly number[]): Promise<StoredTicket[]> {
  if (ticketIds.length === 0) return [];
  const rows = await whileAvailable(() =>
    db
      .select({ ticket: tickets, source: sources.name })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(and(inArray(tickets.id, [...ticketIds]), ne(tickets.state, 'received'))),
  );
  return rows.map(({ ticket, source }) => ({ ...ticket, source }));
}
