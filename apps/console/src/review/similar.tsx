import { ask, v1 } from '../api/client.ts';
import { askAhead, useAnswer } from '../api/use-answer.ts';

const KNOWN_BY = {
  correction: 'corrected',
  accepted: 'confirmed',
  audit: 'audited',
  closed: 'closed so',
  history: 'from history',
} as const;

const question = (id: string) => () => ask(v1.tickets[':id'].similar.$get({ param: { id } }));
const keyOf = (id: string) => `similar/${id}`;

/** Asks ahead for what is like a ticket, so that it is there with the ticket. */
export function askSimilar(id: string): void {
  askAhead(keyOf(id), question(id));
}

/** Tickets like this one, and what they turned out to be; nothing where there are none. */
export function Similar({ id }: { id: string }) {
  const { data } = useAnswer(keyOf(id), question(id));
  if (data === undefined || data.similar.length === 0) return null;
  return (
    <section class="similar" aria-label="Similar tickets">
      <h3>Similar tickets were</h3>
      <ul>
        {data.similar.map((ticket) => (
          <li key={ticket.id}>
            <a href={`/tickets/${ticket.id}`}>{ticket.subject || ticket.excerpt.slice(0, 60)}</a>
            <strong>
              {ticket.category}
              {ticket.subcategory !== null && ` / ${ticket.subcategory}`}
            </strong>
            <small>{KNOWN_BY[ticket.known_by]}</small>
            <p class="faint">{ticket.excerpt}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
