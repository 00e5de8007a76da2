/** A signal that is aborted after so many milliseconds, unless it is disposed of before. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** The longest that a timer can run, 24 days. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Starts a deadline for `using`: unlike a timeout signal it leaves no timer behind, which counts where it is set minutes
 * ahead for work of milliseconds, thousands of times.
 */
export function startDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.min(ms, LONGEST_TIMER_MS));
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
