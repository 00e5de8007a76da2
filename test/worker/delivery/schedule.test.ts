import type { Sent } from '@usher/worker/delivery/send';
import { afterAttempt } from '@usher/worker/delivery/schedule';
import { describe, expect, test } from 'vitest';

const now = new Date('2026-11-23T12:00:00Z');
const answered = (status: number, retryAfter?: string): Sent => ({ kind: 'answered', status, retryAfter });
const unreachable: Sent = { kind: 'failed', error: 'the connection failed: ECONNREFUSED' };

function secondsUntilNext(sent: Sent, attempts: number, random = 0): number {
  const attempt = afterAttempt(sent, { attempts, now, random });
  if (attempt.kind !== 'again') throw new Error(`the delivery is ${attempt.kind}`);
  return (attempt.dueAt.getTime() - now.getTime()) / 1_000;
}

describe('A delivery', () => {
  test.each([200, 202, 204, 299])('has arrived when the answer is %i', (status) => {
    expect(afterAttempt(answered(status), { attempts: 0, now, random: 0 })).toEqual({ kind: 'delivered', status });
  });

  test('is tried ten times over three days, then given up', () => {
    const pauses = Array.from({ length: 9 }, (_, attempts) => secondsUntilNext(unreachable, attempts));

    expect(pauses).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    expect(afterAttempt(unreachable, { attempts: 9, now, random: 0 })).toEqual({
      kind: 'dead',
      status: null,
      error: 'the connection failed: ECONNREFUSED',
    });
  });

  test('is spread by up to a tenth of its pause', () => {
    expect(secondsUntilNext(unreachable, 1, 1)).toBeCloseTo(330);
  });

  test.each([301, 302, 307, 308, 400, 401, 404, 429, 500, 503])('is tried again after the answer %i', (status) => {
    expect(secondsUntilNext(answered(status), 0)).toBe(5);
  });

  test('is given up at once when the receiver is gone for good', () => {
    expect(afterAttempt(answered(410), { attempts: 0, now, random: 0 }).kind).toBe('dead');
  });

  test.each([
    { asks: '120', seconds: 120 },
    { asks: 'Mon, 23 Nov 2026 12:01:00 GMT', seconds: 60 },
    { asks: '1', seconds: 5 },
    { asks: 'Mon, 23 Nov 2020 12:01:00 GMT', seconds: 5 },
    { asks: 'soon', seconds: 5 },
    { asks: '999999999', seconds: 86_400 },
  ])('waits as a receiver asks with "$asks", but no less than planned and no more than a day', ({ asks, seconds }) => {
    expect(secondsUntilNext(answered(503, asks), 0)).toBe(seconds);
  });
});
