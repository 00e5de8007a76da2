import { wilson } from './wilson.ts';

/** Predictions of one category and how many of them nobody corrected. */
export interface CategoryCount {
  category: string;
  total: number;
  correct: number;
}

interface Figures {
  total: number;
  correct: number;
  /** Share never corrected, 0 to 1; null when there is nothing to count. */
  accuracy: number | null;
  /** 95 % interval of the accuracy; null when there is nothing to count. */
  interval: { low: number; high: number } | null;
}

/** The simple report: how often predictions were not corrected. */
export interface AccuracyReport extends Figures {
  by_category: (Figures & { category: string })[];
  note: string;
}

const BIAS =
  'Accuracy here is the share of predictions that nobody corrected. Uncorrected is not the same as correct: ' +
  'a wrong ticket that nobody looked at counts as right.';

/** Adds up the simple accuracy report from counts by predicted category. */
export function accuracyReport(counts: readonly CategoryCount[]): AccuracyReport {
  const total = counts.reduce((sum, count) => sum + count.total, 0);
  const correct = counts.reduce((sum, count) => sum + count.correct, 0);
  return {
    ...figures(total, correct),
    by_category: counts.map((count) => ({ category: count.category, ...figures(count.total, count.correct) })),
    note: BIAS,
  };
}

function figures(total: number, correct: number): Figures {
  const share = wilson(correct, total);
  return {
    total,
    correct,
    accuracy: share?.share ?? null,
    interval: share === null ? null : { low: share.low, high: share.high },
  };
}
