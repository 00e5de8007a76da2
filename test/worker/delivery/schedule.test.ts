import type { Sent } from '@usher/worker/delivery/send';
import { afterAttempt, afterPause } from '@usher/worker/delivery/schedule';
import { describe, expect, test } from 'vitest';

const now = new Date('2026-11-23T12:00:00Z');
const startedAt = now;
const answered = (status: number, pauseMs = 0): Sent => ({ kind: 'answered', status, pauseMs });
const unreachable: Sent = { kind: 'failed', error: 'the connection failed: ECONNREFUSED' };

function secondsUntilNext(sent: Sent, attempts: number, random = 0): number {
  const attempt = afterAttempt(sent, { attempts, startedAt, now, random });
  if (attempt.kind !== 'again') throw new Error(`the delivery is ${attempt.kind}`);
  return (attempt.dueAt.getTime() - now.getTime()) / 1_000;
}

describe('A delivery', () => {
  test.each([200, 202, 204, 299])('has arrived when the answer is %i', (status) => {
    expect(afterAttempt(answered(status), { attempts: 0, startedAt, now, random: 0 })).toEqual({
      kind: 'delivered',
      status,
    });
  });

  test('is tried ten times over three days, then given up', () => {
    const pauses = Array.from({ length: 9 }, (_, attempts) => secondsUntilNext(unreachable, attempts));

    expect(pauses).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    expect(afterAttempt(unreachable, { attempts: 9, startedAt, now, random: 0 })).toEqual({
      kind: 'dead',
      status: null,
      error: 'the connection failed: ECONNREFUSED',
    });
  });

  test('is spread by up to a tenth of its pause', () => {
    expect(secondsUntilNext(unreachable, 1, 1)).toBeCloseTo(330);
  });

  test.each([301, 302, 307, 308, 400, 401, 404, 500, 503])('is tried again after the answer %i', (status) => {
    expect(secondsUntilNext(answered(status), 0)).toBe(5);
  });

  test('is given up at once when the receiver is gone for good', () => {
    expect(afterAttempt(answered(410), { attempts: 0, startedAt, now, random: 0 }).kind).toBe('dead');
  });

  test.each([
    { asks: 120_000, seconds: 120 },
    { asks: 1_000, seconds: 5 },
    { asks: 0, seconds: 5 },
  ])('waits as a receiver asks with $asks ms, but no less than planned', ({ asks, seconds }) => {
    expect(secondsUntilNext(answered(503, asks), 0)).toBe(seconds);
  });

  test('that came too soon waits as long as it was told to, and spends no attempt', () => {
    const attempted = { attempts: 3, startedAt, now, random: 0 };
    const waits = { kind: 'waits', status: 429, error: 'answered 429', dueAt: new Date('2026-11-23T12:02:00Z') };
    expect(afterAttempt(answered(429, 120_000), attempted)).toEqual(waits);
  });

  test('does not wait for ever', () => {
    const later = new Date(now.getTime() + 85 * 3_600_000);
    const attempted = { attempts: 0, startedAt, now: later, random: 0 };
    expect(afterAttempt(answered(429, 1_000), attempted).kind).toBe('dead');
    expect(afterPause(1_000, 'closed', { startedAt, now: later, random: 0 }).kind).toBe('dead');
    expect(afterPause(1_000, 'closed', { startedAt, now, random: 1 })).toMatchObject({
      kind: 'waits',
      dueAt: new Date(now.getTime() + 2_000),
    });
  });
});
