import { Failure } from '../parts/failure.tsx';
import { count, dollars } from '../parts/numbers.ts';
import { BacklogNow } from './backlog-now.tsx';
import { BreakersNow } from './breakers-now.tsx';
import { BudgetNow } from './budget-now.tsx';
import { ageText, countText } from './count-text.ts';
import { FailedDeliveries } from './failed-deliveries.tsx';
import { FailedTickets } from './failed-tickets.tsx';
import { QueuesNow } from './queues-now.tsx';
import type { Now } from './types.ts';
import { useNow } from './use-now.ts';
import { VolumeNow } from './volume-now.tsx';

/** What the service does at this moment. It renews itself. */
export function NowPage() {
  const { now, trouble } = useNow();
  return (
    <div class="now">
      <header class="now-head">
        <h1>Now</h1>
        <p class={trouble === undefined ? 'live' : 'live off'} role="status">
          {trouble === undefined ? 'Live' : 'Not live'}
        </p>
      </header>
      {trouble !== undefined && <Failure>{trouble}</Failure>}
      {now !== undefined && (
        <>
          <Tiles now={now} />
          <VolumeNow volume={now.volume} />
          <div class="now-pair">
            <div>
              <BacklogNow now={now} />
              <BudgetNow claude={now.claude} />
            </div>
            <div>
              <QueuesNow queue={now.queue} />
              <BreakersNow breakers={now.claude.breakers} />
            </div>
          </div>
          <FailedTickets tickets={now.failures.tickets} />
          <FailedDeliveries deliveries={now.failures.deliveries} fetches={now.failures.fetches} />
        </>
      )}
    </div>
  );
}

function Tiles({ now }: { now: Now }) {
  const { volume, backlog, claude, queue } = now;
  const ages = backlog.lanes.flatMap(({ oldest_seconds: seconds }) => seconds ?? []);
  const workers = queue?.workers ?? null;
  const tiles = [
    ['Come in, a minute', rate(volume.received_per_minute)],
    ['Decided, a minute', rate(volume.decided_per_minute)],
    ['Wait for people', countText(sum(backlog.triaged, backlog.suggested))],
    ['Oldest waiting', ageText(ages.length === 0 ? null : Math.max(...ages))],
    ['Workers', workers === null ? 'not known' : count(workers)],
    ['Paid today (UTC)', dollars(claude.money.paid_today_usd)],
  ] as const;
  return (
    <dl class="tiles">
      {tiles.map(([name, value]) => (
        <div key={name} class="card">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function rate(perMinute: number): string {
  return perMinute < 10 ? perMinute.toFixed(1) : count(perMinute);
}

function sum(one: Now['backlog']['triaged'], other: Now['backlog']['triaged']) {
  return { n: one.n + other.n, is_more: one.is_more || other.is_more };
}
