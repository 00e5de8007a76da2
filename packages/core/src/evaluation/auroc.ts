import type { Share } from '../wilson.ts';

const Z = 1.959_963_985;

/**
 * How often a positive's score is above a negative's, equal ones counting half: 1 is a perfect separation, ½ none. With its
 * 95 % interval (Hanley and McNeil, Radiology 1982). Null without at least one of each.
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): Share | null {
  const [p, n] = [positives.length, negatives.length];
  if (p === 0 || n === 0) return null;
  const area = (sumOfPositiveRanks(positives, negatives) - (p * (p + 1)) / 2) / (p * n);
  const squared = area * area;
  const twoPositives = area / (2 - area) - squared;
  const twoNegatives = (2 * squared) / (1 + area) - squared;
  const variance = (area * (1 - area) + (p - 1) * twoPositives + (n - 1) * twoNegatives) / (p * n);
  const half = Z * Math.sqrt(Math.max(0, variance));
  return { share: area, low: Math.max(0, area - half), high: Math.min(1, area + half) };
}

/** Ranks from 1 among all scores; equal ones share the mean of their ranks. */
function sumOfPositiveRanks(positives: readonly number[], negatives: readonly number[]): number {
  const all = [...positives.map((score) => ({ score, hit: 1 })), ...negatives.map((score) => ({ score, hit: 0 }))];
  all.sort((a, b) => a.score - b.score);
  let sum = 0;
  for (let start = 0, end = 0; start < all.length; start = end) {
    let hits = 0;
    for (end = start; all[end]?.score === all[start]?.score && end < all.length; end++) hits += all[end]?.hit ?? 0;
    sum += (hits * (start + 1 + end)) / 2;
  }
  return sum;
}
