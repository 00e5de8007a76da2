import type { Attempt } from '@usher/db/deliveries';
import { retryAfterMs } from '@usher/helpdesk/retry-after';
import type { Sent } from './send.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before each further attempt, in milliseconds, as Standard Webhooks 1.0 recommends: ten attempts in three days. */
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

/** A receiver says with 410 that nobody lives there any more. */
const GONE = 410;

export interface Attempted {
  /** Attempts made before this one. */
  attempts: number;
  now: Date;
  /** 0 to 1; spreads the attempts of many deliveries by up to a tenth of the pause. */
  random: number;
}

/** What an attempt means for its delivery: it arrived, it is tried again at a moment, or it is given up. */
export function afterAttempt(sent: Sent, { attempts, now, random }: Attempted): Attempt {
  if (sent.kind === 'answered' && sent.status >= 200 && sent.status < 300) {
    return { kind: 'delivered', status: sent.status };
  }
  const status = sent.kind === 'answered' ? sent.status : null;
  const error = sent.kind === 'answered' ? `answered ${sent.status}` : sent.error;
  const pause = PAUSES[attempts];
  if (status === GONE || pause === undefined) return { kind: 'dead', status, error };
  const asked = sent.kind === 'answered' ? (retryAfterMs(sent.retryAfter, now) ?? 0) : 0;
  const dueAt = new Date(now.getTime() + Math.max(pause * (1 + random / 10), asked));
  return { kind: 'again', dueAt, status, error };
}
