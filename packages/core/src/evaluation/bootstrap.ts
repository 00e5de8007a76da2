import type { Share } from '../wilson.ts';

const RESAMPLES = 400;

/**
 * The 95 % interval of a figure of these items by the basic bootstrap (Davison and Hinkley, 1997, 5.2), which also takes out the bias
 * that the figure has on few items; never below zero. `random` gives numbers in [0, 1).
 */
export function bootstrapInterval<Item>(
  items: readonly Item[],
  figure: (items: readonly Item[]) => number,
  random: () => number,
): Pick<Share, 'low' | 'high'> {
  const measured = figure(items);
  const figures = Array.from({ length: RESAMPLES }, () => figure(resample(items, random))).sort((a, b) => a - b);
  const quantile = (at: number) => figures[Math.round(at * (RESAMPLES - 1))] ?? measured;
  return { low: Math.max(0, 2 * measured - quantile(0.975)), high: Math.max(0, 2 * measured - quantile(0.025)) };
}

/** As many items, each drawn from all of them. */
function resample<Item>(items: readonly Item[], random: () => number): Item[] {
  const drawn: Item[] = [];
  while (drawn.length < items.length) {
    const at = Math.floor(random() * items.length);
    drawn.push(...items.slice(at, at + 1));
  }
  return drawn;
}
