import { TicketDraft } from '@usher/core/ticket';

/** A draft as the API would have read it. */
export function draft(ticketId: string, given: Partial<Record<string, unknown>> = {}): TicketDraft {
  return TicketDraft.parse({
    ticket_id: ticketId,
    subject: 'Charged twice',
    body: 'Two charges for one order.',
    ...given,
  });
}
