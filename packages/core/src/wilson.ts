/** A share with its 95 % interval, all 0 to 1. */
export interface Share {
  share: number;
  low: number;
  high: number;
}

/** 97.5 % quantile of the standard normal distribution: two-sided 95 %. */
const Z = 1.959_963_985;

/**
 * The share of `hits` among `n` with Wilson's score interval (E. B. Wilson, 1927: Probable inference, the law of
 * succession, and statistical inference), which holds for small n and shares near 0 and 1. Null when n is 0.
 */
export function wilson(hits: number, n: number): Share | null {
  if (n === 0) return null;
  const share = hits / n;
  const squared = Z * Z;
  const middle = (share + squared / (2 * n)) / (1 + squared / n);
  const half = (Z / (1 + squared / n)) * Math.sqrt((share * (1 - share)) / n + squared / (4 * n * n));
  return { share, low: hits === 0 ? 0 : middle - half, high: hits === n ? 1 : middle + half };
}
