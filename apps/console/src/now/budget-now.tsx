import { Figure } from '../evidence/figure.tsx';
import { count, dollars, duration } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import type { Now } from './types.ts';

type Claude = Now['claude'];
type Pool = NonNullable<Claude['pools']>[number];

/** How much of the shared budget toward Claude is used, and of the day's money. */
export function BudgetNow({ claude }: { claude: Claude }) {
  const { pools, money } = claude;
  return (
    <Figure title="Budget toward Claude" hint="Use is that of the last whole minute; what came from the cache is free.">
      {pools === null && <p>The queue is away, and the shared budget with it.</p>}
      {pools !== null && pools.length === 0 && <p>Claude is not called here.</p>}
      {(pools ?? []).map((pool) => (
        <PoolUse key={`${pool.account} ${pool.model}`} pool={pool} />
      ))}
      {money.purses.length === 0 ? (
        <p>No limit of the day is set (USHER_DAILY_USD).</p>
      ) : (
        <Table
          caption="Money of the day"
          columns={['Money today', 'Spent', 'Limit']}
          rows={money.purses.map(({ whose, spent_usd: spent, limit_usd: limit }) => [
            whose,
            dollars(spent),
            dollars(limit),
          ])}
        />
      )}
    </Figure>
  );
}

function PoolUse({ pool }: { pool: Pool }) {
  const { model, pace, places, paused_ms: pausedMs } = pool;
  const parts = [
    ['Requests', pool.requests],
    ['Input tokens', pool.input_tokens],
    ['Output tokens', pool.output_tokens],
  ] as const;
  return (
    <section class="pool">
      <h3>{model}</h3>
      <dl>
        {parts.map(([name, { used, limit }]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <meter min={0} max={limit} value={used} aria-label={`${name} of ${model}`} />
              {count(used)} of {count(limit)} a minute
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint">
        Pace {Math.round(pace * 100)} % · {count(places)} {places === 1 ? 'call waits or runs' : 'calls wait or run'}
        {pausedMs > 0 && ` · paused for ${duration(pausedMs)}`}
      </p>
    </section>
  );
}
