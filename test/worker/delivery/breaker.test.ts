import { createBreaker } from '@usher/worker/delivery/breaker';
import type { Sent } from '@usher/worker/delivery/send';
import { expect, test } from 'vitest';

const silent: Sent = { kind: 'failed', error: 'no complete answer' };
const answered = (status: number): Sent => ({ kind: 'answered', status, pauseMs: 0 });

test('the fifth failure in a row says to leave a receiver alone, and each further one for twice as long, up to 5 minutes', () => {
  const breaker = createBreaker();
  const pauses = Array.from({ length: 11 }, () => breaker.note('endpoint 1', silent));
  expect(pauses).toEqual([0, 0, 0, 0, 15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  expect(breaker.note('endpoint 2', silent)).toBe(0);
});

test.each([200, 404, 422, 429])('an answer of %i says that the receiver is well', (status) => {
  const breaker = createBreaker();
  for (let n = 0; n < 4; n += 1) breaker.note('source 1', answered(503));
  expect(breaker.note('source 1', answered(status))).toBe(0);
  expect(breaker.note('source 1', answered(503))).toBe(0);
});

test.each([500, 503, 401, 403, 408])('an answer of %i says that it is not', (status) => {
  const breaker = createBreaker();
  for (let n = 0; n < 4; n += 1) breaker.note('source 1', answered(status));
  expect(breaker.note('source 1', answered(status))).toBe(15_000);
});
