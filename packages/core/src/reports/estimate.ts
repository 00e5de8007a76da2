import { z } from 'zod';
import { wilson } from '../wilson.ts';

const share = z.number().min(0).max(1);

/** A measured figure with its 95 % interval; all three are null where there is too little data to say anything. */
export const Estimate = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** How many observations it rests on. */
  n: z.number().int(),
});
export type Estimate = z.infer<typeof Estimate>;

/** The 95 % interval of a share. */
export const Interval = z.object({ low: share, high: share });
export type Interval = z.infer<typeof Interval>;

/** The share of hits among n, with Wilson's interval; nothing of none. */
export function shareEstimate(hits: number, n: number): Estimate {
  const found = wilson(hits, n);
  return found === null ? tooLittle(n) : { value: found.share, low: found.low, high: found.high, n };
}

/** What is said where n observations are too few. */
export function tooLittle(n: number): Estimate {
  return { value: null, low: null, high: null, n };
}

/**
 * F1, the harmonic mean of precision and recall: twice J over (1 + J), where J is the share of hits among all that were predicted
 * or true (Jaccard's index), so that Wilson's interval of J gives that of F1. Nothing where there is neither.
 */
export function f1Estimate({ hits, predicted, actual }: { hits: number; predicted: number; actual: number }): Estimate {
  const either = wilson(hits, predicted + actual - hits);
  if (either === null) return tooLittle(0);
  const f1 = (jaccard: number) => (2 * jaccard) / (1 + jaccard);
  return { value: f1(either.share), low: f1(either.low), high: f1(either.high), n: predicted + actual - hits };
}

/** An estimate as cells, without its n. */
export function estimateCells({ value, low, high }: Estimate): (number | null)[] {
  return [value, low, high];
}
