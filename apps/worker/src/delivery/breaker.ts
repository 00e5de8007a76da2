import type { Sent } from './send.ts';

/** So many failures in a row say that the receiver is in trouble, and not one delivery. */
const MOST_FAILURES = 5;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** Notices receivers in trouble, so that nobody waits for them while they are. */
export interface Breaker {
  /** Counts how a call ended; answers for how many milliseconds nobody should call this receiver, 0 if anybody may. */
  note(receiver: string, sent: Sent): number;
}

/**
 * Makes a breaker: after five failures in a row a receiver is left alone for 15 s, then a call finds out whether it is
 * back, and each further failure doubles the pause, to 5 minutes at most.
 */
export function createBreaker(): Breaker {
  const failures = new Map<string, number>();
  return {
    note(receiver, sent) {
      if (!isTrouble(sent)) {
        failures.delete(receiver);
        return 0;
      }
      const inARow = (failures.get(receiver) ?? 0) + 1;
      failures.set(receiver, inARow);
      if (inARow < MOST_FAILURES) return 0;
      return Math.min(FIRST_PAUSE_MS * 2 ** (inARow - MOST_FAILURES), LONGEST_PAUSE_MS);
    },
  };
}

/** A receiver that refuses one message is well; one that answers nothing, or that it is ill, or nobody, is not. */
function isTrouble(sent: Sent): boolean {
  return sent.kind === 'failed' || sent.status >= 500 || [401, 403, 408].includes(sent.status);
}
