import { z } from 'zod';

/** What a limit counts, in the order in which the stores keep them. */
export const dimensions = ['requests', 'inputTokens', 'outputTokens'] as const;
export type Dimension = (typeof dimensions)[number];

/** An amount of each: requests, input tokens and output tokens. */
export type Amounts = Readonly<Record<Dimension, number>>;

/** Who asks, most urgent first. Whoever is more urgent is served as if the less urgent were not there. */
export const Share = z.enum(['live', 'escalation', 'bulk']);
export type Share = z.infer<typeof Share>;

/** What may be used of one model in a minute. */
export const BudgetLimits = z.object({
  requests: z.number().positive(),
  inputTokens: z.number().positive(),
  outputTokens: z.number().positive(),
});
export type BudgetLimits = z.infer<typeof BudgetLimits>;

/** One account's allowance for one model; each has a budget of its own. */
export interface Pool {
  account: string;
  model: string;
  /** Assumed until the server's own headers say better. */
  limits: BudgetLimits;
  /** What the operator allows at most, whatever the server would. */
  ceilings?: Partial<BudgetLimits> | undefined;
}

/**
 * How a budget behaves; all times in milliseconds. The share in use and the burst were measured against buckets 1 to 5 s
 * deep: a burst deeper than the server's is refused, and the last 2 % are not worth a refusal that stops everybody.
 */
export const rules = {
  /** Share of a limit that is used. */
  use: 0.98,
  /** How much of a limit may be saved up and spent at once. */
  burstMs: 1_000,
  /** How the burst is divided, so that everybody's together is one. A request is always let through. */
  burstShares: { live: 0.6, escalation: 0.2, bulk: 0.2 },
  /** Pace after a start without memory: nobody knows what was used a moment ago. */
  startPace: 0.1,
  /** From a tenth to all in 45 s. */
  growthPerMs: 0.02 / 1_000,
  /** A server in trouble gets so much of the pace before, but never less than the lowest. */
  shrinkFactor: 0.7,
  lowestPace: 0.05,
  /** How long the lower pace is held before it grows. */
  shrinkHoldMs: 60_000,
  /** Calls in flight together bring the same trouble: it counts once. */
  shrinkOnceMs: 5_000,
  /** A longer wait is told by halves, because what others return shortens it, and what others take lengthens it. */
  wholeWaitMs: 30_000,
  /** As long as the server has not named its limits, which may be many times those assumed, waits above this are told by eighths. */
  unsureWaitMs: 4_000,
  /** Who has to wait again does so for a moment at least, rather than ask again and again. */
  waitAgainMs: 250,
  /** How much the newest call counts in what is learnt about estimates: the last fifty or so make it. */
  newestCounts: 0.02,
  /** Estimates are believed to be off by this factor at most, either way. */
  mostDrift: 4,
  /** How much later than told a caller may come before its place is given to others. */
  lateMs: 30_000,
  /** When a call that was never settled counts as spent for good. */
  unsettledMs: 900_000,
  /** A budget that was not used for so long starts anew: the server wants a gentle start, too. */
  idleMs: 3_600_000,
} as const;

/** Makes an amount of each dimension. */
export function amounts(of: (dimension: Dimension) => number): Amounts {
  return { requests: of('requests'), inputTokens: of('inputTokens'), outputTokens: of('outputTokens') };
}

/** Makes something of each share. */
export function eachShare<T>(of: (share: Share) => T): Readonly<Record<Share, T>> {
  return { live: of('live'), escalation: of('escalation'), bulk: of('bulk') };
}

/** Tells whether the first share is as urgent as the second, or less: then it is served from what the second leaves. */
export function isServedAfter(share: Share, other: Share): boolean {
  return Share.options.indexOf(share) >= Share.options.indexOf(other);
}
