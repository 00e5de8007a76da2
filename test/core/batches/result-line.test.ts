import { customId, readCustomId } from '@usher/core/batches/custom-id';
import { nextLookMs, nextTryMs } from '@usher/core/batches/next-look';
import { recognise } from '@usher/core/batches/recognise';
import { afterNoAnswer, readResultLine } from '@usher/core/batches/result-line';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const name = { key: '0f3a', ticketId: 12, revision: 3 };

describe('A custom_id', () => {
  test('keeps the form that the API wants, and is read back', () => {
    const whole = fc.record({
      key: fc.stringMatching(/^[a-f0-9]{18}$/),
      ticketId: fc.integer({ min: 1, max: 999_999_999_999_999 }),
      revision: fc.integer({ min: 1, max: 999_999_999 }),
    });
    fc.assert(
      fc.property(whole, (given) => {
        expect(customId(given)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(readCustomId(customId(given))).toEqual(given);
      }),
    );
  });

  test('of somebody else is not taken for ours, and a key that does not fit is refused', () => {
    for (const other of ['t-1', 'usher-1-2', 'usher-a-b-c', '']) expect(readCustomId(other)).toBeUndefined();
    for (const key of ['', 'a b', 'x'.repeat(25)]) expect(() => customId({ ...name, key })).toThrow(RangeError);
  });
});

describe('A line of results', () => {
  const line = (result: unknown) => readResultLine({ custom_id: customId(name), result });

  test('tells what it is about and how that ended', () => {
    const error = { type: 'error', error: { type: 'api_error', message: 'Internal' }, request_id: null };
    expect(line({ type: 'succeeded', message: { id: 'msg_1' } })).toEqual({
      name,
      result: { kind: 'succeeded', message: { id: 'msg_1' } },
    });
    expect(line({ type: 'errored', error })?.result).toEqual({
      kind: 'errored',
      error: 'api_error',
      detail: 'Internal',
    });
    expect(line({ type: 'expired' })?.result).toEqual({ kind: 'expired' });
    expect(line({ type: 'canceled' })?.result).toEqual({ kind: 'canceled' });
  });

  test('that is none, or about nothing of ours, is no line', () => {
    for (const other of [null, 'text', {}, { custom_id: 'x', result: { type: 'expired' } }])
      expect(readResultLine(other)).toBeUndefined();
    expect(line({ type: 'lost' })).toBeUndefined();
  });

  test.each([
    [{ kind: 'errored', error: 'invalid_request_error', detail: '' }, 1, 'queue'],
    [{ kind: 'errored', error: 'api_error', detail: '' }, 1, 'again'],
    [{ kind: 'errored', error: 'api_error', detail: '' }, 3, 'queue'],
    [{ kind: 'expired' }, 2, 'again'],
    [{ kind: 'expired' }, 3, 'queue'],
    [{ kind: 'canceled' }, 1, 'held'],
  ] as const)('%o in try %i sends its ticket %s', (result, tries, place) => {
    expect(afterNoAnswer(result, tries)).toBe(place);
  });
});

test('a batch is asked about the more seldom the longer it takes, between 5 s and 5 min', () => {
  expect([0, 60_000, 600_000, 3_600_000, 86_400_000].map(nextLookMs)).toEqual([5_000, 6_000, 60_000, 300_000, 300_000]);
  expect([1, 2, 3, 100].map(nextTryMs)).toEqual([5_000, 10_000, 20_000, 300_000]);
});

describe('A batch whose creation was not answered', () => {
  const batch = (id: string, requests: number, hasEnded: boolean) => ({ id, requests, hasEnded });
  const among = (...listed: ReturnType<typeof batch>[]) => recognise(listed, { requests: 10, known: ['ours'] });

  test('was not created if no batch of unknown origin has as many requests', () => {
    expect(among()).toEqual({ kind: 'absent' });
    expect(among(batch('other', 11, false), batch('ours', 10, false))).toEqual({ kind: 'absent' });
  });

  test('may be one that is in progress, so that nothing is sent until that has ended', () => {
    expect(among(batch('a', 10, false))).toEqual({ kind: 'wait' });
  });

  test('is looked for in the results of those that have ended', () => {
    expect(among(batch('a', 10, true), batch('b', 10, false))).toEqual({ kind: 'look', batchIds: ['a'] });
  });
});
