import type { Attempt } from '@usher/db/deliveries';
import type { Sent } from './send.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before each further attempt, in milliseconds, as Standard Webhooks 1.0 recommends: ten attempts in 75 hours. */
const PAUSES = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Also what costs no attempt ends some time: later than the last attempt, with its jitter, could be. */
const LONGEST_MS = 84 * HOUR;

/** A receiver says with 410 that nobody lives there any more. */
export const GONE = 410;
const TOO_MANY = 429;

export interface Attempted {
  /** Attempts made before this one. */
  attempts: number;
  /** When the first of them could be made. */
  startedAt: Date;
  now: Date;
  /** 0 to 1; spreads the attempts of many deliveries by up to a tenth of the pause. */
  random: number;
}

/**
 * What an attempt means for its delivery: it arrived, it is tried again at a moment, or it is given up. Being told that
 * there were too many calls costs no attempt.
 */
export function afterAttempt(sent: Sent, attempted: Attempted): Attempt {
  if (sent.kind === 'answered' && sent.status >= 200 && sent.status < 300) {
    return { kind: 'delivered', status: sent.status };
  }
  const { attempts, now, random } = attempted;
  const status = sent.kind === 'answered' ? sent.status : null;
  const error = sent.error ?? `answered ${status}`;
  const asked = sent.kind === 'answered' ? sent.pauseMs : 0;
  if (status === TOO_MANY) return { ...afterPause(asked, error, attempted), status };
  const pause = PAUSES[attempts];
  if (status === GONE || pause === undefined) return { kind: 'dead', status, error };
  const dueAt = new Date(now.getTime() + Math.max(pause * (1 + random / 10), asked));
  return { kind: 'again', dueAt, status, error };
}

/** A delivery that cannot be tried now, and costs no attempt: it waits for so many milliseconds, but not for ever. */
export function afterPause(
  pauseMs: number,
  error: string,
  { startedAt, now, random }: Omit<Attempted, 'attempts'>,
): Extract<Attempt, { kind: 'waits' | 'dead' }> {
  if (now.getTime() - startedAt.getTime() > LONGEST_MS) return { kind: 'dead', status: null, error };
  const spread = Math.min(Math.max(pauseMs / 10, SECOND), MINUTE);
  return { kind: 'waits', dueAt: new Date(now.getTime() + pauseMs + random * spread), status: null, error };
}
