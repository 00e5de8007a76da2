import { amounts, type Amounts, rules } from './rules.ts';

/** Running means of what calls used and of what was estimated for them. */
export interface Drift {
  used: Amounts;
  estimated: Amounts;
}

/** Nothing is known yet: estimates are taken as they are. */
export const noDrift: Drift = { used: amounts(() => 0), estimated: amounts(() => 0) };

/** The estimate as calls of late turned out: one that is off by the same part each time would waste, or overdraw, as much. */
export function corrected({ used, estimated }: Drift, estimate: Amounts): Amounts {
  const factor = (mean: number, of: number) =>
    of > 0 ? Math.min(rules.mostDrift, Math.max(1 / rules.mostDrift, mean / of)) : 1;
  return amounts((dimension) => estimate[dimension] * factor(used[dimension], estimated[dimension]));
}

/** The means with one more call. */
export function learn({ used, estimated }: Drift, call: Drift): Drift {
  const { newestCounts } = rules;
  const mean = (before: number, newest: number) => before * (1 - newestCounts) + newest * newestCounts;
  return {
    used: amounts((dimension) => mean(used[dimension], call.used[dimension])),
    estimated: amounts((dimension) => mean(estimated[dimension], call.estimated[dimension])),
  };
}
