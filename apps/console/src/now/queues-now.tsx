import { ask, ops } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Figure } from '../evidence/figure.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { Said } from './said.tsx';
import type { Now } from './types.ts';
import { useOrder } from './use-order.ts';

/** What is in the queues, and whether Bull Board may change it. */
export function QueuesNow({ queue }: { queue: Now['queue'] }) {
  return (
    <Figure title="Queues">
      {queue === null ? (
        <p>The queue is away. Tickets are safe in Postgres and go on once it is back.</p>
      ) : (
        <Table
          caption="Jobs in each queue"
          columns={['Queue', 'Waiting', 'Running', 'Delayed', 'Given up']}
          rows={queue.queues.map(({ name, waiting, active, delayed, failed }) => [
            name,
            ...[waiting, active, delayed, failed].map(count),
          ])}
        />
      )}
      <BoardLock />
    </Figure>
  );
}

function BoardLock() {
  const { data, again } = useAnswer('queues-lock', () => ask(ops.queues.unlock.$get()));
  const order = useOrder();
  const until = data?.unlocked_until ?? null;
  const unlock = async () => {
    await ask(ops.queues.unlock.$post());
    again();
    return '';
  };
  const lock = async () => {
    await ask(ops.queues.unlock.$delete());
    again();
    return '';
  };
  return (
    <>
      <div class="orders">
        <a href="/ops/queues" target="_blank" rel="noopener">
          Open Bull Board
        </a>
        {until === null ? (
          <button disabled={order.isBusy} onClick={() => order.give(unlock)}>
            Allow changes for 10 minutes
          </button>
        ) : (
          <button disabled={order.isBusy} onClick={() => order.give(lock)}>
            Allow no more changes
          </button>
        )}
      </div>
      <p class="hint">
        {until === null
          ? 'Bull Board only shows. Allowing changes is written down, and so is every change.'
          : `Bull Board may change queues until ${new Date(until).toLocaleTimeString()}, in this session alone.`}
      </p>
      <Said order={order} />
    </>
  );
}
