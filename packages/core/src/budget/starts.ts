import { type Allowance, limitsOf, ratePerMs, ROUNDING_MS, startsDepthOf } from './allowance.ts';
import { timeFor } from './pace.ts';
import { amounts, type Amounts, dimensions, eachShare, isServedAfter, type Pool, rules, type Share } from './rules.ts';

/**
 * The real starts of a share and of the more urgent: a bucket as deep as their bursts, for bulk one second's worth, so that
 * those who come late do not start all together. It fills at the whole limit: what is lost while nobody comes is caught up by the little that lines leave unused.
 */
export interface Starts {
  level: Amounts;
  /** Until when what comes is promised to those who found it empty. */
  promisedUntil: number;
}

/** A place whose turn it is in its line; promised means that it found the bucket empty before. */
interface Due {
  share: Share;
  cost: Amounts;
  isPromised: boolean;
}

/** Milliseconds until a place that is due may really start: behind those who are promised a start before it. */
export function startsIn(allowance: Allowance, pool: Pool, due: Due): number {
  const { at, pace, starts, told } = allowance;
  const { level, promisedUntil } = starts[due.share];
  const limits = limitsOf(pool, told);
  const drawn = drawnBy(allowance, pool, due);
  const timeOf = (amount: Amounts, from: number) => {
    const needs = dimensions.map((dimension) => (amount[dimension] / ratePerMs(limits[dimension])) * rules.use);
    return timeFor(pace, Math.max(...needs), from);
  };
  const missing = amounts((dimension) => drawn[dimension] - level[dimension]);
  const lackedMs = timeOf(missing, at);
  if (due.isPromised || promisedUntil <= at) return lackedMs;
  return Math.max(lackedMs, promisedUntil - at + timeOf(drawn, promisedUntil));
}

/** A wait for a start in whole milliseconds; what is missing because turns are told in such is not worth another one. */
export function wholeStartMs(wait: number): number {
  return Math.floor(wait + ROUNDING_MS);
}

/** Takes a start out of the bucket of its share, and of the less urgent. */
export function drawStart(allowance: Allowance, pool: Pool, due: Omit<Due, 'isPromised'>): Allowance {
  const drawn = drawnBy(allowance, pool, due);
  const change = (other: Share, { level, promisedUntil }: Starts) =>
    isServedAfter(other, due.share)
      ? { level: amounts((dimension) => level[dimension] - drawn[dimension]), promisedUntil }
      : { level, promisedUntil };
  return { ...allowance, starts: eachShare((other) => change(other, allowance.starts[other])) };
}

/** Promises a share's starts up to a moment to those who wait for them. */
export function promiseStarts(allowance: Allowance, share: Share, promisedUntil: number): Allowance {
  return { ...allowance, starts: { ...allowance.starts, [share]: { ...allowance.starts[share], promisedUntil } } };
}

/** A call that costs more than the bucket holds empties it: its line has saved up for it. */
function drawnBy(allowance: Allowance, pool: Pool, { share, cost }: Omit<Due, 'isPromised'>): Amounts {
  const depth = startsDepthOf(allowance, pool, share);
  return amounts((dimension) => Math.min(cost[dimension], depth[dimension]));
}
