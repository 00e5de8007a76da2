const SHORTEST_MS = 5_000;
const LONGEST_MS = 300_000;

/**
 * How long to wait before the next look at a batch that Claude has had for so many milliseconds: a tenth of that, so that
 * a short one is read soon and a long one asked about seldom. Between 5 s and 5 min.
 */
export function nextLookMs(ageMs: number): number {
  return bounded(ageMs / 10);
}

/** How long to wait after so many failures in a row: doubled each time, between 5 s and 5 min. */
export function nextTryMs(failures: number): number {
  return bounded(SHORTEST_MS * 2 ** Math.min(failures - 1, 10));
}

function bounded(ms: number): number {
  return Math.ceil(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms)));
}
