const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/**
 * How long to wait, in milliseconds, after so many failures in a row: doubled from failure to failure, with a chance
 * between 0 and 1 spreading it over the upper half, so that jobs that failed together do not return together. Between
 * 1 s and 60 s.
 */
export function backoffMs(failures: number, chance: number): number {
  const half = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS / 2);
  return Math.ceil(half * (1 + chance));
}
