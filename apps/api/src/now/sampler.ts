/** One look at something: what was seen, or why nothing was. Each look has a number. */
export type Sample<T> =
  | { kind: 'seen'; number: number; value: T }
  | { kind: 'failed'; number: number; thrown: unknown };

export interface SamplerOptions<T> {
  look: () => Promise<T>;
  /** Milliseconds for which a look is good. */
  everyMs: number;
  /** A clock in milliseconds that never goes back. */
  now: () => number;
}

/** A look that took long is good for so many times as long, up to so many milliseconds: looking must not keep a busy server busy. */
const REST = 9;
const LONGEST_MS = 5_000;

/**
 * Makes looks that everybody shares: whoever asks gets the newest one, and a new one is made only when that is old. Nobody asks,
 * nothing is looked at.
 */
export function createSampler<T>({ look, everyMs, now }: SamplerOptions<T>): () => Promise<Sample<T>> {
  let number = 0;
  let goodUntil = -Infinity;
  let newest: Promise<Sample<T>> | undefined;

  const lookNow = async (mine: number): Promise<Sample<T>> => {
    const startedAt = now();
    try {
      const value = await look();
      goodUntil = now() + Math.max(everyMs, Math.min(LONGEST_MS, REST * (now() - startedAt)));
      return { kind: 'seen', number: mine, value };
    } catch (thrown) {
      goodUntil = now() + everyMs;
      return { kind: 'failed', number: mine, thrown };
    }
  };

  return () => {
    if (newest !== undefined && now() < goodUntil) return newest;
    number += 1;
    goodUntil = Infinity;
    newest = lookNow(number);
    return newest;
  };
}
