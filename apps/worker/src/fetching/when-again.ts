import { retryOf } from '@usher/core/failure';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Pauses after so many failures in a row, in milliseconds; the last holds for all further ones: nothing is ever given up. */
const PAUSES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE] as const;

/** When to ask a helpdesk again after a failure. `random`, 0 to 1, spreads many by up to a tenth of the pause. */
export function whenAgain(
  thrown: unknown,
  { failures, now, random }: { failures: number; now: Date; random: number },
): Date {
  const pause = PAUSES[failures] ?? 60 * MINUTE;
  const retry = retryOf(thrown);
  const asked = typeof retry === 'object' ? retry.afterMs : 0;
  return new Date(now.getTime() + Math.max(pause * (1 + random / 10), asked));
}
