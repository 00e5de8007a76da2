import { ask, sending, v1 } from '../api/client.ts';
import { Figure } from '../evidence/figure.tsx';
import { Moment } from '../parts/moment.tsx';
import { count } from '../parts/numbers.ts';
import { countText } from './count-text.ts';
import { Said } from './said.tsx';
import type { CountUpTo, Now } from './types.ts';
import { useOrder } from './use-order.ts';

interface Props {
  deliveries: Now['failures']['deliveries'];
  fetches: CountUpTo;
}

/** Deliveries that were given up, and sending them again. */
export function FailedDeliveries({ deliveries, fetches }: Props) {
  const order = useOrder();
  const replayAll = async () => {
    const { replayed, may_be_more: isMore } = await ask(v1.deliveries.replay.$post({}, sending({ state: 'dead' })));
    return `${count(replayed)} are on their way again.${isMore ? ' There are more.' : ''}`;
  };
  const replay = async (id: number) => {
    await ask(v1.deliveries[':id'].replay.$post({ param: { id } }));
    return 'It is on its way again.';
  };
  return (
    <Figure title={`Deliveries that were given up: ${countText(deliveries.count)}`}>
      {deliveries.newest.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>What</th>
              <th>To</th>
              <th>Why</th>
              <th>When</th>
              <th>
                <span class="unseen">Send again</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {deliveries.newest.map(({ id, event, ticket, to, status, error, created_at: at }) => (
              <tr key={id}>
                <td class="subject">
                  {event}
                  <small>{ticket}</small>
                </td>
                <td>{to}</td>
                <td class="subject">
                  {status !== null && `${status} `}
                  {error}
                </td>
                <td>
                  <Moment at={at} />
                </td>
                <td class="actions">
                  <button disabled={order.isBusy} onClick={() => order.give(() => replay(id))}>
                    Send again
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {deliveries.newest.length === 0 && <p>None. Every receiver took what it was told, or is still tried.</p>}
      {deliveries.newest.length > 1 && (
        <button disabled={order.isBusy} onClick={() => order.give(replayAll)}>
          Send all again
        </button>
      )}
      {fetches.n > 0 && <p>{countText(fetches)} fetches from helpdesks failed and are tried again by themselves.</p>}
      <Said order={order} />
    </Figure>
  );
}
