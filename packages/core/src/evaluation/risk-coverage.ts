import { type Share, wilson } from '../wilson.ts';
import type { Outcome } from './outcome.ts';

/** What automating everything from one confidence upwards comes to. */
export interface RiskPoint {
  /** Least confidence that is covered; null where those without any are covered too. */
  threshold: number | null;
  /** How many are covered. */
  n: number;
  /** Share of all that is covered. */
  coverage: number;
  /** Share of the covered that is wrong, with its 95 % interval. */
  risk: number;
  riskInterval: Pick<Share, 'low' | 'high'>;
}

/**
 * The risk–coverage curve (El-Yaniv and Wiener, JMLR 2010): the surest first, a point for every confidence that occurs, so that
 * equals are covered together or not at all. The last point covers everything: its risk is the error of them all.
 */
export function riskCoverage(outcomes: readonly Outcome[]): RiskPoint[] {
  const ranked = outcomes.toSorted((a, b) => rankOf(b) - rankOf(a));
  const points: RiskPoint[] = [];
  let wrong = 0;
  for (const [at, outcome] of ranked.entries()) {
    if (!outcome.isRight) wrong += 1;
    const next = ranked[at + 1];
    if (next !== undefined && rankOf(next) === rankOf(outcome)) continue;
    points.push(pointOf({ threshold: outcome.confidence, wrong, n: at + 1, of: ranked.length }));
  }
  return points;
}

function rankOf({ confidence }: Outcome): number {
  return confidence ?? -1;
}

function pointOf(counts: { threshold: number | null; wrong: number; n: number; of: number }): RiskPoint {
  const { threshold, wrong, n, of } = counts;
  const { share, low, high } = wilson(wrong, n) ?? { share: 0, low: 0, high: 1 };
  return { threshold, n, coverage: n / of, risk: share, riskInterval: { low, high } };
}

/** Points of a curve at steps of coverage, at most so many: of each step the last one; the curve's end stays. */
export function thinned(points: readonly RiskPoint[], steps: number): RiskPoint[] {
  const stepOf = ({ coverage }: RiskPoint) => Math.ceil(coverage * steps - 1e-9);
  return points.filter((point, at) => {
    const next = points[at + 1];
    return next === undefined || stepOf(next) > stepOf(point);
  });
}
