import type { TicketText } from '@usher/core/ticket';
import type { Load } from './messages.ts';

const SENTENCE = 'I was charged twice for my order and would like one of the two payments back. ';

/** The text of a ticket: half to one and a half times as long as the mean, always the same for the same number. */
export function ticketOf(id: number, { characters }: Load): TicketText {
  const length = Math.round(characters * (0.5 + ((id * 7_919) % 1_000) / 1_000));
  const body = `${id} ${SENTENCE.repeat(Math.ceil(length / SENTENCE.length))}`.slice(0, length);
  return { subject: 'Refund', body };
}
