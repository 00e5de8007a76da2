import { dimensions, Share } from '@usher/core/budget/rules';
import type { Db } from '@usher/db/connect';
import { spentToday } from '@usher/db/spending';
import type { Turns } from '@usher/queue/budget/turns';
import { Gauge, type GaugeConfiguration, type Registry } from 'prom-client';
import type { FleetGate } from '../gate.ts';

const STATES = ['closed', 'half_open', 'open'] as const;

/** Adds how budget, breaker and money stand, read when scraped; what cannot be read is absent. */
export function measureGate(
  registry: Registry,
  { gate, turns, db, dailyMicroUsd }: { gate: FleetGate; turns: Turns; db: Db; dailyMicroUsd: number | null },
): void {
  const gauge = (configuration: Omit<GaugeConfiguration<string>, 'registers'>) =>
    registry.registerMetric(new Gauge({ ...configuration, registers: [] }));
  gauge({
    name: 'usher_claude_breaker_state',
    help: '1 for the state in which the breaker toward Claude is.',
    labelNames: ['state', 'reason'],
    async collect() {
      this.reset();
      const standing = await gate.breaker.standing().catch(() => undefined);
      if (standing === undefined) return;
      for (const state of STATES) {
        const reason = standing.state === state && state !== 'closed' ? standing.reason : '';
        this.set({ state, reason }, standing.state === state ? 1 : 0);
      }
    },
  });
  gauge({
    name: 'usher_claude_spent_usd',
    help: 'Spent today (UTC) of the purses that have a limit; 0 is everybody, the others are numbers of sources.',
    labelNames: ['purse'],
    async collect() {
      this.reset();
      const spent = await spentToday(db).catch(() => []);
      for (const { purse, spentMicroUsd } of spent) this.set({ purse: String(purse) }, spentMicroUsd / 1_000_000);
    },
  });
  if (dailyMicroUsd !== null) {
    const limit = new Gauge({
      name: 'usher_claude_daily_limit_usd',
      help: 'What may be spent on one day, all sources together.',
      registers: [],
    });
    limit.set(dailyMicroUsd / 1_000_000);
    registry.registerMetric(limit);
  }
  measureBudget(registry, turns);
}

function measureBudget(registry: Registry, turns: Turns): void {
  const read = () => turns.read().catch(() => []);
  const gauge = (name: string, help: string, labelNames: string[], tell: (gauge: Gauge, one: Read) => void) =>
    registry.registerMetric(
      new Gauge({
        name: `usher_claude_budget_${name}`,
        help,
        labelNames: ['model', ...labelNames],
        registers: [],
        async collect() {
          this.reset();
          for (const one of await read()) tell(this, one);
        },
      }),
    );
  gauge('limit', 'What may be used in a minute.', ['what'], (to, { model, reading }) => {
    for (const what of dimensions) to.set({ model, what }, reading.limits[what]);
  });
  gauge('pace', 'The part of the limits in use, 0 to 1.', [], (to, { model, reading }) =>
    to.set({ model }, reading.pace),
  );
  gauge('paused_seconds', 'How long nobody may call.', [], (to, { model, reading }) =>
    to.set({ model }, reading.pausedMs / 1_000),
  );
  gauge('places', 'Calls that wait for their turn or run.', [], (to, { model, reading }) =>
    to.set({ model }, reading.reservations),
  );
  gauge('level', 'What a share may use at once; below 0, what is promised ahead.', ['share', 'what'], (to, one) => {
    for (const share of Share.options) {
      for (const what of dimensions) to.set({ model: one.model, share, what }, one.reading.levels[share][what]);
    }
  });
}

type Read = Awaited<ReturnType<Turns['read']>>[number];
