import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { ask, v1 } from '../api/client.ts';
import { askAhead, useAnswer } from '../api/use-answer.ts';
import { Confidence } from '../parts/confidence.tsx';
import { Failure } from '../parts/failure.tsx';
import { Moment } from '../parts/moment.tsx';
import { Sample } from '../parts/sample.tsx';
import { State } from '../parts/state.tsx';
import { SamplesNotice } from '../samples/notice.tsx';
import { listAddress } from './addresses.ts';
import { Chips } from './chips.tsx';
import { Filters } from './filters.tsx';

/** The filters of the address, which are those of the API. */
const FILTERS = [
  'q',
  'state',
  'team',
  'category',
  'source',
  'predicted',
  'truth',
  'basis',
  'received_from',
  'received_before',
  'cursor',
] as const;

/** Every ticket, newest first; the filters stand in the address, so that a view can be shared. */
export function TicketsPage() {
  const { query } = useLocation();
  const asked = Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  const key = `tickets?${new URLSearchParams(asked)}`;
  const { data, error, again } = useAnswer(key, () => ask(v1.tickets.$get({ query: asked })));
  useLooksAgain(again, asked['cursor'] === undefined);
  return (
    <>
      <h1>Tickets</h1>
      <SamplesNotice removed={again} shown={data?.tickets.filter(({ sample }) => sample).length ?? 0} />
      <Filters given={asked} />
      <Chips given={asked} />
      {error !== undefined && <Failure>{error}</Failure>}
      {data !== undefined && data.tickets.length === 0 && (
        <p class="empty">No ticket is like this. Fewer filters show more.</p>
      )}
      {data !== undefined && data.tickets.length > 0 && (
        <>
          <table class="tickets">
            <thead>
              <tr>
                <th>Ticket</th>
                <th>Stands</th>
                <th>Category</th>
                <th>Team</th>
                <th>Confidence</th>
                <th>Came in</th>
              </tr>
            </thead>
            <tbody>
              {data.tickets.map((ticket) => (
                <tr key={ticket.id} onPointerEnter={() => askStory(ticket.id)}>
                  <td class="subject">
                    <a href={`/tickets/${ticket.id}`}>{ticket.subject || '(no subject)'}</a>
                    <small class="faint">
                      {ticket.source}:{ticket.ticket_id} <Sample isSample={ticket.sample} />
                    </small>
                  </td>
                  <td>
                    <State state={ticket.state} />
                  </td>
                  <td>
                    {ticket.category}
                    {ticket.subcategory !== null && <small class="faint">{ticket.subcategory}</small>}
                  </td>
                  <td>{ticket.routed_to}</td>
                  <td>
                    {ticket.decided_at !== null && (
                      <Confidence value={ticket.confidence} isCalibrated={ticket.calibrated} reason={ticket.reason} />
                    )}
                  </td>
                  <td>
                    <Moment at={ticket.received_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <nav class="pager" aria-label="More tickets">
            {asked['cursor'] !== undefined && <a href={listAddress({ ...asked, cursor: undefined })}>Newest</a>}
            {data.next_cursor !== null && <a href={listAddress({ ...asked, cursor: data.next_cursor })}>Older</a>}
          </nav>
        </>
      )}
    </>
  );
}

/** Milliseconds between looks for newer tickets, while somebody looks at the newest. */
const LOOK_EVERY_MS = 4_000;

function useLooksAgain(again: () => void, isNewest: boolean): void {
  useEffect(() => {
    if (!isNewest) return undefined;
    const looking = setInterval(() => {
      if (document.visibilityState === 'visible') again();
    }, LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, [again, isNewest]);
}

function askStory(id: number): void {
  askAhead(`ticket/${id}`, () => ask(v1.tickets[':id'].$get({ param: { id: String(id) } })));
}
