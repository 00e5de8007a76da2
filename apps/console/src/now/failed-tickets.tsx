import { ask, sending, v1 } from '../api/client.ts';
import { Figure } from '../evidence/figure.tsx';
import { Moment } from '../parts/moment.tsx';
import { count } from '../parts/numbers.ts';
import { may, useSession } from '../session/session.tsx';
import { countText } from './count-text.ts';
import { Said } from './said.tsx';
import type { Now } from './types.ts';
import { useOrder } from './use-order.ts';

type Failed = Now['failures']['tickets'];

/** Tickets about which nothing was predicted, and trying again. */
export function FailedTickets({ tickets }: { tickets: Failed }) {
  const order = useOrder();
  const retryAll = async () => {
    const { retried, may_be_more: isMore } = await ask(v1.tickets.retry.$post({}, sending({})));
    return `${count(retried)} wait for an engine again.${isMore ? ' There are more.' : ''}`;
  };
  const retry = async (id: number) => {
    await ask(v1.tickets[':id'].retry.$post({ param: { id: String(id) } }));
    return 'It waits for an engine again.';
  };
  return (
    <Figure title={`Tickets that no engine could read: ${countText(tickets.count)}`}>
      {tickets.newest.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>Ticket</th>
              <th>Why</th>
              <th>When</th>
              <th>
                <span class="unseen">Try again</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tickets.newest.map((ticket) => (
              <tr key={ticket.id}>
                <td class="subject">
                  <Subject ticket={ticket} />
                  <small>
                    {ticket.source}:{ticket.ticket_id}
                  </small>
                </td>
                <td>{ticket.reason.replaceAll('_', ' ')}</td>
                <td>
                  <Moment at={ticket.decided_at} />
                </td>
                <td class="actions">
                  <button disabled={order.isBusy} onClick={() => order.give(() => retry(ticket.id))}>
                    Try again
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {tickets.newest.length === 0 && <p>None. Whatever came in, an engine said something about it.</p>}
      {tickets.newest.length > 1 && (
        <button disabled={order.isBusy} onClick={() => order.give(retryAll)}>
          Try all again
        </button>
      )}
      <Said order={order} />
    </Figure>
  );
}

/** Stories are for agents. */
function Subject({ ticket }: { ticket: Failed['newest'][number] }) {
  const { person } = useSession();
  const subject = ticket.subject || '(no subject)';
  return may(person, 'agent') ? <a href={`/tickets/${ticket.id}`}>{subject}</a> : <span>{subject}</span>;
}
