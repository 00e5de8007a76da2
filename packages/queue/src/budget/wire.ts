import type { Asking, BudgetReading, Tokens } from '@usher/core/budget/book';
import { amounts, type Amounts, dimensions, eachShare, type Pool, rules, Share } from '@usher/core/budget/rules';
import type { ServerSays } from '@usher/core/budget/server-says';

const ruleTexts = {
  use: rules.use,
  burst_ms: rules.burstMs,
  burst_shares: Share.options.map((share) => rules.burstShares[share]),
  start_pace: rules.startPace,
  growth_per_ms: rules.growthPerMs,
  shrink_factor: rules.shrinkFactor,
  lowest_pace: rules.lowestPace,
  shrink_hold_ms: rules.shrinkHoldMs,
  shrink_once_ms: rules.shrinkOnceMs,
  whole_wait_ms: rules.wholeWaitMs,
  unsure_wait_ms: rules.unsureWaitMs,
  wait_again_ms: rules.waitAgainMs,
  newest_counts: rules.newestCounts,
  most_drift: rules.mostDrift,
  late_ms: rules.lateMs,
  unsettled_ms: rules.unsettledMs,
  idle_ms: rules.idleMs,
};

/** The rules and a pool's limits as the scripts read them: JSON, lists in the order of shares and dimensions, 0 for no ceiling. */
export function givenOf({ limits, ceilings = {} }: Pool): string {
  return JSON.stringify({
    ...ruleTexts,
    limits: dimensions.map((dimension) => limits[dimension]),
    ceilings: dimensions.map((dimension) => ceilings[dimension] ?? 0),
  });
}

/** Key, number of the share from 1, and estimate. */
export function reserveArgs({ key, share, estimate }: Asking): (string | number)[] {
  return [key, Share.options.indexOf(share) + 1, estimate.inputTokens, estimate.outputTokens];
}

/** Key and use, or the key alone where the use is not known. */
export function settleArgs(key: string, used: Tokens | null): (string | number)[] {
  return used === null ? [key] : [key, used.inputTokens, used.outputTokens];
}

/** Three limits, 0 where none is named, and three remainders, -1 where none is named. */
export function correctArgs({ limits, remaining }: ServerSays): number[] {
  return [...dimensions.map((name) => limits[name] ?? 0), ...dimensions.map((name) => remaining[name] ?? -1)];
}

/** Reads three limits, pace, pause, nine levels, nine depths and the number of reservations. */
export function readingOf(numbers: readonly number[]): BudgetReading {
  const number = (index: number) => numbers[index] ?? Number.NaN;
  const three = (from: number): Amounts => amounts((dimension) => number(from + dimensions.indexOf(dimension)));
  return {
    limits: three(0),
    pace: number(3),
    pausedMs: number(4),
    levels: eachShare((share) => three(5 + 3 * Share.options.indexOf(share))),
    depths: eachShare((share) => three(14 + 3 * Share.options.indexOf(share))),
    reservations: number(23),
  };
}
