import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** Texts that came in, new or changed, and engine decisions, in one minute; the newest minute is not over yet. */
export interface MinuteVolume {
  minute: Date;
  received: number;
  decided: number;
}

/** What one model answered lately: in the last whole minute, and since midnight (UTC). */
export interface RecentCalls {
  model: string;
  calls: number;
  /** As they count towards the limits: without what was read from the cache. */
  inputTokens: number;
  outputTokens: number;
  paidTodayMicroUsd: number;
}

/** So many minutes up to now, oldest first, as far as they were counted. Reads rows of the rollup by the minute, at most three a minute. */
export async function recentVolume(db: Db, minutes: number): Promise<MinuteVolume[]> {
  const rows = await whileAvailable(() =>
    db.execute<{ minuteMs: number; received: number; decided: number }>(sql`
      select extract(epoch from spot)::float8 * 1000 as "minuteMs",
             coalesce(sum(n) filter (where event <> 'decided'), 0)::float8 as received,
             coalesce(sum(n) filter (where event = 'decided'), 0)::float8 as decided
      from generate_series(date_trunc('minute', now()) - ${minutes - 1} * interval '1 minute',
                           date_trunc('minute', now()), interval '1 minute') as spot
      left join minute_volume on minute = spot
      group by spot order by spot`),
  );
  return rows.map(({ minuteMs, ...counts }) => ({ minute: new Date(minuteMs), ...counts }));
}

/** What each model of Claude's answered lately, of those that answered today or in the last minute. */
export async function recentCalls(db: Db): Promise<RecentCalls[]> {
  const lastMinute = sql`minute = date_trunc('minute', now()) - interval '1 minute'`;
  const midnight = sql`date_trunc('day', now(), 'UTC')`;
  return whileAvailable(() =>
    db.execute<RecentCalls & Record<string, unknown>>(sql`
      select model, coalesce(sum(calls) filter (where ${lastMinute}), 0)::float8 as calls,
             coalesce(sum(input_tokens) filter (where ${lastMinute}), 0)::float8 as "inputTokens",
             coalesce(sum(output_tokens) filter (where ${lastMinute}), 0)::float8 as "outputTokens",
             coalesce(sum(cost_micro_usd) filter (where minute >= ${midnight}), 0)::float8 as "paidTodayMicroUsd"
      from minute_calls
      where minute >= least(${midnight}, date_trunc('minute', now()) - interval '1 minute')
      group by model order by model`),
  );
}
