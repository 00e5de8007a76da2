import { z } from '@hono/zod-openapi';
import { storable } from '@usher/core/ticket';
import { parseTicketId, type TicketId } from '@usher/db/ticket-id';
import { Problem } from '../problem.ts';

/** The part of a path that names a ticket. */
export const TicketPath = z.object({
  id: z
    .string()
    .describe("Usher's own number, or the source and its id there: `42` or `api:T-1`, URL-encoded.")
    .openapi({ example: 'api:T-1' }),
});

/** Reads how a path names a ticket; ids are cleaned as they are when they come in. Throws the Problem for any other text. */
export function ticketIdOf(text: string): TicketId {
  const ticketId = parseTicketId(storable(text));
  if (ticketId === undefined) throw unknownTicket(text);
  return ticketId;
}

/** The problem that there is no such ticket. */
export function unknownTicket(text: string): Problem {
  const named = text.length > 250 ? '' : ` ${text}`;
  const detail = `There is no ticket${named}. Use its number, or source:id such as api:T-1.`;
  return new Problem({ status: 404, code: 'unknown_ticket', detail });
}
