import { type Drift, noDrift } from './drift.ts';
import { advance, holdTo, type Line, promise } from './line.ts';
import { type Pace, paceAt, timeFor, worth } from './pace.ts';
import {
  amounts,
  type Amounts,
  type Dimension,
  dimensions,
  eachShare,
  isServedAfter,
  type Pool,
  rules,
  Share,
} from './rules.ts';
import type { ServerSays } from './server-says.ts';
import type { Starts } from './starts.ts';

/** What is known of one pool, as of a moment. Times are milliseconds since 1970, by the clock of the store that keeps it. */
export interface Allowance {
  at: number;
  /** When the pause in force, or the last one, began. */
  pausedFrom: number;
  pausedUntil: number;
  pace: Pace;
  shrunkAt: number;
  /** The limits that the server named. */
  told: Partial<Amounts>;
  drift: Drift;
  lines: Readonly<Record<Share, Line>>;
  starts: Readonly<Record<Share, Starts>>;
}

const MINUTE_MS = 60_000;
const nothing = amounts(() => 0);
/** What a sum of fractions may be off by, in milliseconds. */
export const ROUNDING_MS = 0.001;

/** An allowance of which nothing is known: it starts at a tenth, with a tenth of the burst. */
function startAllowance(pool: Pool, now: number): Allowance {
  const fresh = {
    at: now,
    pausedFrom: 0,
    pausedUntil: 0,
    pace: { factor: rules.startPace, heldUntil: now },
    shrunkAt: 0,
    told: {},
    drift: noDrift,
  };
  const lines = eachShare((share) => ({ front: depthOf({ ...fresh, pool, share }), back: nothing }));
  const starts = eachShare((share) => ({ level: startsDepthOf(fresh, pool, share), promisedUntil: 0 }));
  return { ...fresh, lines, starts };
}

/** The allowance as it is now: lines have advanced by what came in the meantime, and buckets filled, to the depth of a burst. */
export function refill(known: Allowance | undefined, pool: Pool, now: number): Allowance {
  if (!isRemembered(known, now)) return startAllowance(pool, now);
  const gainedMs = worth(known.pace, Math.max(known.at, known.pausedUntil), now);
  const limits = limitsOf(pool, known.told);
  const gained = amounts((dimension) => ratePerMs(limits[dimension]) * gainedMs);
  const lines = eachShare((share) => advance(known.lines[share], gained));
  const starts = eachShare((share) => {
    const { level, promisedUntil } = known.starts[share];
    return { level: amounts((dimension) => level[dimension] + gained[dimension] / rules.use), promisedUntil };
  });
  return holdToDepth({ ...known, at: now, lines, starts }, pool);
}

/** Tells whether what is known is still of use: the store had it, and somebody used it within the last hour. */
export function isRemembered(known: Allowance | undefined, now: number): known is Allowance {
  return known !== undefined && now - known.at <= rules.idleMs;
}

/** Takes an amount for a share: its line gets longer, and the less urgent lines are put back. */
export function debit(allowance: Allowance, pool: Pool, { share, cost }: { share: Share; cost: Amounts }): Allowance {
  const taken = amounts((dimension) => -cost[dimension]);
  const spilt = spill(allowance, pool, { share, cost });
  const change = (other: Share, line: Line) => {
    if (other === share) return promise(promise(line, spilt), cost);
    return isServedAfter(other, share) ? advance(line, taken) : line;
  };
  return { ...allowance, lines: eachShare((other) => change(other, allowance.lines[other])) };
}

/**
 * The tokens that come for nothing while a call waits for its turn among the requests: nobody behind it may use them
 * before, and only a burst of them keeps. Without this a row of long calls at the end of a queue would start at once.
 * By limits that are only assumed it would be a guess, which would hold up the line when the server names others.
 */
function spill({ lines, told }: Allowance, pool: Pool, { share, cost }: { share: Share; cost: Amounts }): Amounts {
  if (!isNamed(told)) return nothing;
  const { front, back } = lines[share];
  const limits = limitsOf(pool, told);
  const turnMs = Math.max(0, (back.requests + cost.requests - front.requests) / ratePerMs(limits.requests));
  const burst = amounts((dimension) => ratePerMs(limits[dimension]) * rules.burstMs * rules.burstShares[share]);
  const over = (dimension: Dimension) => {
    const then = front[dimension] - back[dimension] + ratePerMs(limits[dimension]) * turnMs;
    return Math.max(0, then - Math.max(burst[dimension], cost[dimension]));
  };
  return { requests: 0, inputTokens: over('inputTokens'), outputTokens: over('outputTokens') };
}

/** Returns an amount that a share had taken, or takes what it used beyond it: whoever waits behind it moves up, or back. */
export function credit(allowance: Allowance, pool: Pool, { share, amount }: { share: Share; amount: Amounts }) {
  const change = (other: Share, line: Line) => (isServedAfter(other, share) ? advance(line, amount) : line);
  return holdToDepth({ ...allowance, lines: eachShare((other) => change(other, allowance.lines[other])) }, pool);
}

/** Milliseconds until a place in a line has its turn, in whole ones and never too few; 0 when it is there. */
export function waitMs(allowance: Allowance, pool: Pool, { share, place }: { share: Share; place: Amounts }): number {
  const { at, pausedUntil, pace } = allowance;
  const limits = limitsOf(pool, allowance.told);
  const { front } = allowance.lines[share];
  const missing = dimensions.map((dimension) => (place[dimension] - front[dimension]) / ratePerMs(limits[dimension]));
  const opensAt = Math.max(at, pausedUntil);
  const wait = opensAt - at + timeFor(pace, Math.max(...missing), opensAt);
  return Math.max(0, Math.ceil(wait - ROUNDING_MS));
}

/**
 * Nothing comes until the pause is over, and what was saved up is gone: the server has just said that it has nothing.
 * Calls that were in flight bring the same news later: while a pause is in force, another counts from when it began.
 */
export function pause(allowance: Allowance, forMs: number): Allowance {
  const { at, pausedUntil } = allowance;
  const pausedFrom = pausedUntil > at ? allowance.pausedFrom : at;
  const held = holdAll(allowance, () => nothing);
  return { ...held, pausedFrom, pausedUntil: Math.max(pausedUntil, pausedFrom + forMs) };
}

/** A slower pace for a minute; several shrinks within 5 s are one. */
export function shrink(allowance: Allowance, pool: Pool): Allowance {
  const { at, pace, pausedUntil, shrunkAt } = allowance;
  if (at - shrunkAt < rules.shrinkOnceMs) return allowance;
  const factor = Math.max(rules.lowestPace, paceAt(pace, at) * rules.shrinkFactor);
  const heldUntil = Math.max(at, pausedUntil) + rules.shrinkHoldMs;
  return holdToDepth({ ...allowance, pace: { factor, heldUntil }, shrunkAt: at }, pool);
}

/** Believes the server: its limits, up or down, and that no more is left than it says; never that more is left. */
export function correct(allowance: Allowance, pool: Pool, says: ServerSays): Allowance {
  const left = (share: Share) =>
    amounts((dimension) => Math.max(0, says.remaining[dimension] ?? Infinity) * rules.burstShares[share]);
  return holdToDepth({ ...holdAll(allowance, left), told: { ...allowance.told, ...says.limits } }, pool);
}

/** The limits in force: the server's, or else those assumed, and never above the operator's ceilings. */
export function limitsOf({ limits, ceilings = {} }: Pool, told: Partial<Amounts>): Amounts {
  return amounts((dimension) => Math.min(told[dimension] ?? limits[dimension], ceilings[dimension] ?? Infinity));
}

/** Tells whether the server has named its limits, so that they are more than assumed. */
export function isNamed(told: Partial<Amounts>): boolean {
  return told.requests !== undefined;
}

/** The most that a share may save up: its part of the burst at the present pace, and one request at least. */
export function depthOf({
  at,
  pace,
  told,
  pool,
  share,
}: Pick<Allowance, 'at' | 'pace' | 'told'> & { pool: Pool; share: Share }) {
  const limits = limitsOf(pool, told);
  const burstMs = rules.burstMs * rules.burstShares[share] * paceAt(pace, at);
  const depth = amounts((dimension) => ratePerMs(limits[dimension]) * burstMs);
  return { ...depth, requests: Math.max(1, depth.requests) };
}

function holdToDepth(allowance: Allowance, pool: Pool): Allowance {
  return holdAll(allowance, (share) => depthOf({ ...allowance, pool, share }));
}

/** No share has more saved up than so much. */
function holdAll(allowance: Allowance, mostOf: (share: Share) => Amounts): Allowance {
  const lines = eachShare((share) => holdTo(allowance.lines[share], mostOf(share)));
  const starts = eachShare((share) => {
    const { level, promisedUntil } = allowance.starts[share];
    const most = upTo(share, mostOf);
    return { level: amounts((dimension) => Math.min(level[dimension], most[dimension])), promisedUntil };
  });
  return { ...allowance, lines, starts };
}

/** The most that may really start at once: what the share and the more urgent may save up, together one burst for bulk. */
export function startsDepthOf(allowance: Pick<Allowance, 'at' | 'pace' | 'told'>, pool: Pool, share: Share): Amounts {
  return upTo(share, (other) => depthOf({ ...allowance, pool, share: other }));
}

/** The sum over a share and the more urgent ones. */
function upTo(share: Share, amountOf: (share: Share) => Amounts): Amounts {
  const counted = Share.options.filter((other) => isServedAfter(share, other)).map(amountOf);
  return amounts((dimension) => counted.reduce((sum, amount) => sum + amount[dimension], 0));
}

/** How much of a limit a line advances in a millisecond at full pace. */
export function ratePerMs(limit: number): number {
  return (limit * rules.use) / MINUTE_MS;
}
