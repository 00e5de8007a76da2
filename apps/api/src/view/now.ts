import { z } from '@hono/zod-openapi';
import type { Dimension } from '@usher/core/budget/rules';
import { UnreadReason } from '@usher/core/decide';
import { queueNames } from '@usher/core/jobs';
import { Lane } from '@usher/core/ticket';
import type { Counted } from '@usher/db/count-up-to';
import type { MinuteVolume, RecentCalls } from '@usher/db/throughput';
import type { PoolStanding, Standing } from '../now/look.ts';
import { Breakers, showBreaker } from './breaker.ts';
import { shown, ShownMoment } from './moment.ts';

const count = z.number().int();

const Count = z.object({ n: count, is_more: z.boolean().describe('Counting stopped at `n`.') }).openapi('CountUpTo');

const Volume = z.object({
  minutes: z
    .array(z.object({ minute: ShownMoment, received: count, decided: count }))
    .describe('Texts that came in and engine decisions, oldest first; the last minute is not over yet.'),
  received_per_minute: z.number().describe('Mean of the last five whole minutes.'),
  decided_per_minute: z.number(),
  not_counted: count.describe('What just happened and is not in these figures yet, at most.'),
});

const LaneBacklog = z.object({
  lane: Lane,
  waiting: Count.describe('Could be decided now, or within ten seconds.'),
  postponed: Count.describe('Are looked at again later than that: Claude is away, or it is not their turn yet.'),
  in_batches: Count.describe('Wait for a Message Batch, or for its answer.'),
  oldest_seconds: z.number().nullable().describe('Age of the one that waits longest; null when none does.'),
});

const Use = z.object({
  used: count.describe('In the last whole minute.'),
  limit: z.number().describe('What a minute may have.'),
  free: z.number().min(0).max(1).describe('How much of what live tickets may use at once is there.'),
});

const Pool = z.object({
  account: z.string(),
  model: z.string(),
  requests: Use,
  input_tokens: Use,
  output_tokens: Use,
  pace: z.number().describe('The part of the limits in use, 0 to 1; it grows back after trouble.'),
  paused_ms: count.describe('How long nobody may call.'),
  places: count.describe('Calls that wait for their turn or run.'),
});

const dollars = z.number().describe('US dollars.');

const Money = z.object({
  paid_today_usd: dollars.describe('What answers of today (UTC) cost.'),
  purses: z
    .array(z.object({ whose: z.string(), spent_usd: dollars, limit_usd: dollars }))
    .describe('Limits of the day; calls in flight count at what they cost at most.'),
});

const QueueRow = z.object({
  name: z.enum(queueNames),
  waiting: count,
  active: count,
  delayed: count,
  failed: count.describe('Jobs that were given up and are kept for looking at.'),
});

const Failures = z.object({
  tickets: z.object({
    count: Count,
    newest: z.array(
      z.object({
        id: count,
        source: z.string(),
        ticket_id: z.string(),
        subject: z.string(),
        reason: UnreadReason,
        decided_at: ShownMoment,
      }),
    ),
  }),
  deliveries: z.object({
    count: Count,
    newest: z.array(
      z.object({
        id: count,
        event: z.string(),
        to: z.string().describe('Whose helpdesk, or which endpoint.'),
        ticket: z.string().nullable(),
        status: count.nullable(),
        error: z.string().nullable(),
        created_at: ShownMoment,
      }),
    ),
  }),
  fetches: Count.describe('Fetches from helpdesks that failed and are tried again.'),
});

/** Everything that happens now. */
export const Now = z
  .object({
    at: ShownMoment,
    volume: Volume,
    backlog: z.object({ lanes: z.array(LaneBacklog), triaged: Count, suggested: Count }),
    queue: z
      .object({
        queues: z.array(QueueRow),
        workers: count.nullable().describe('Connected now; null where the server does not tell.'),
      })
      .nullable()
      .describe('Null while the queue is away.'),
    claude: z.object({
      breakers: Breakers,
      pools: z.array(Pool).nullable().describe('The shared budget of each model; null while the queue is away.'),
      money: Money,
    }),
    failures: Failures,
  })
  .openapi('Now');
export type Now = z.infer<typeof Now>;

/** Shows what one look saw. */
export function showNow(standing: Standing): Now {
  const { at, backlog, queue, pools, breakers, calls, purses } = standing;
  return {
    at: shown(at),
    volume: showVolume(standing),
    backlog: {
      lanes: backlog.lanes.map(({ lane, waiting, postponed, inBatches, oldestSeconds }) => ({
        lane,
        waiting: showCount(waiting),
        postponed: showCount(postponed),
        in_batches: showCount(inBatches),
        oldest_seconds: oldestSeconds,
      })),
      triaged: showCount(backlog.triaged),
      suggested: showCount(backlog.suggested),
    },
    queue: queue && {
      queues: queueNames.map((name) => ({ name, ...queue.depths[name] })),
      workers: queue.workers,
    },
    claude: {
      breakers: breakers.map(showBreaker),
      pools: pools && pools.map((pool) => showPool(pool, calls)),
      money: {
        paid_today_usd: usd(calls.reduce((sum, { paidTodayMicroUsd }) => sum + paidTodayMicroUsd, 0)),
        purses: purses.map(({ whose, spentMicroUsd, limitMicroUsd }) => ({
          whose,
          spent_usd: usd(spentMicroUsd),
          limit_usd: usd(limitMicroUsd),
        })),
      },
    },
    failures: showFailures(standing),
  };
}

const MEAN_OF = 5;

function showVolume({ volume, notCounted }: Standing): Now['volume'] {
  const whole = volume.slice(0, -1).slice(-MEAN_OF);
  const mean = (of: (minute: MinuteVolume) => number) =>
    whole.length === 0 ? 0 : whole.reduce((sum, minute) => sum + of(minute), 0) / whole.length;
  return {
    minutes: volume.map(({ minute, received, decided }) => ({ minute: shown(minute), received, decided })),
    received_per_minute: mean(({ received }) => received),
    decided_per_minute: mean(({ decided }) => decided),
    not_counted: notCounted,
  };
}

function showPool({ account, model, reading }: PoolStanding, calls: readonly RecentCalls[]): z.infer<typeof Pool> {
  const own = calls.find((one) => one.model === model);
  const show = (dimension: Dimension, used = 0) => ({
    used,
    limit: reading.limits[dimension],
    free: share(reading.levels.live[dimension], reading.depths.live[dimension]),
  });
  return {
    account,
    model,
    requests: show('requests', own?.calls),
    input_tokens: show('inputTokens', own?.inputTokens),
    output_tokens: show('outputTokens', own?.outputTokens),
    pace: reading.pace,
    paused_ms: Math.round(reading.pausedMs),
    places: reading.reservations,
  };
}

function showFailures({ unread, dead, failingFetches }: Standing): Now['failures'] {
  return {
    tickets: {
      count: showCount(unread.count),
      newest: unread.newest.map(({ externalId, decidedAt, ...ticket }) => ({
        ...ticket,
        ticket_id: externalId,
        decided_at: shown(decidedAt),
      })),
    },
    deliveries: {
      count: showCount(dead.count),
      newest: dead.newest.map(({ id, event, endpointId, source, externalId, lastStatus, lastError, createdAt }) => ({
        id,
        event,
        to: endpointId === null ? `helpdesk of ${source}` : `endpoint ${endpointId}`,
        ticket: externalId === null ? null : `${source}:${externalId}`,
        status: lastStatus,
        error: lastError,
        created_at: shown(createdAt),
      })),
    },
    fetches: showCount(failingFetches),
  };
}

function showCount({ n, isMore }: Counted): z.infer<typeof Count> {
  return { n, is_more: isMore };
}

function share(level: number, depth: number): number {
  return depth <= 0 ? 0 : Math.min(1, Math.max(0, level / depth));
}

function usd(microUsd: number): number {
  return microUsd / 1_000_000;
}
