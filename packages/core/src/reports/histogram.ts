/**
 * By how much each bucket ends above the one before: bucket i holds what is above 1.1^(i-1) and up to 1.1^i. Any value of it is
 * within 5 % of its middle (Masson, Rim and Lee: DDSketch, VLDB 2019), and histograms are merged by adding them up.
 */
export const BUCKET_GROWTH = 1.1;

/** How many values a bucket holds. */
export interface Bucket {
  bucket: number;
  n: number;
}

/** A percentile with its 95 % interval. */
export interface Percentile {
  value: number;
  low: number;
  high: number;
}

/** 97.5 % quantile of the standard normal distribution: two-sided 95 %. */
const Z = 1.959_963_985;

/**
 * The value below which a share of all lies, to within 5 %. The interval is that of the order statistics (Conover: Practical
 * Nonparametric Statistics, 3.2), by the normal approximation of the binomial. Null where there are too few values to have both ends.
 */
export function percentile(buckets: readonly Bucket[], share: number): Percentile | null {
  const n = buckets.reduce((sum, bucket) => sum + bucket.n, 0);
  const half = Z * Math.sqrt(n * share * (1 - share));
  const [low, high] = [Math.floor(n * share - half), Math.ceil(n * share + half) + 1];
  if (n === 0 || low < 1 || high > n) return null;
  const sorted = [...buckets].sort((one, other) => one.bucket - other.bucket);
  return {
    value: valueAt(sorted, Math.max(1, Math.ceil(n * share))),
    low: valueAt(sorted, low),
    high: valueAt(sorted, high),
  };
}

/** The middle of the bucket that holds the value of this rank, 1 for the smallest. */
function valueAt(sorted: readonly Bucket[], rank: number): number {
  let seen = 0;
  for (const { bucket, n } of sorted) {
    seen += n;
    if (seen >= rank) return (2 * BUCKET_GROWTH ** bucket) / (BUCKET_GROWTH + 1);
  }
  return Number.NaN;
}
