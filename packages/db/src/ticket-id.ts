import { and, eq, type SQL } from 'drizzle-orm';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';

/** How callers name a ticket: Usher's own number, or the source's name and its id there. */
export type TicketId = { id: number } | { source: string; externalId: string };

/** Reads `42` or `api:T-1`; undefined if it is neither. */
export function parseTicketId(text: string): TicketId | undefined {
  const colon = text.indexOf(':');
  if (colon > 0 && colon < text.length - 1) return { source: text.slice(0, colon), externalId: text.slice(colon + 1) };
  const id = Number(text);
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(id) ? { id } : undefined;
}

/** Condition for the one ticket, over tickets joined with their sources. */
export function isTicket(ticketId: TicketId): SQL | undefined {
  return 'id' in ticketId
    ? eq(tickets.id, ticketId.id)
    : and(eq(sources.name, ticketId.source), eq(tickets.externalId, ticketId.externalId));
}
