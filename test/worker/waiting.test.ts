import { pauseMs, waitsUntil } from '@usher/worker/waiting';
import { describe, expect, test } from 'vitest';

const MINUTE = 60_000;
const revisedAt = new Date('2026-11-23T12:00:00Z');
const minutesAfterArrival = (at: number) => (at - revisedAt.getTime()) / MINUTE;

describe('A ticket that waits', () => {
  test('takes what is at hand one Claude call before its age ends', () => {
    const until = waitsUntil({ lane: 'live', revisedAt }, { live: 15 * MINUTE, bulk: undefined });

    expect(minutesAfterArrival(until)).toBeCloseTo(15 - 35 / 60);
  });

  test('keeps no more than a third of a short age for the last try', () => {
    const until = waitsUntil({ lane: 'live', revisedAt }, { live: MINUTE, bulk: undefined });

    expect(minutesAfterArrival(until)).toBeCloseTo(2 / 3);
  });

  test('waits for ever in the bulk lane, unless that has a limit of its own', () => {
    const bulk = { lane: 'bulk', revisedAt } as const;

    expect(waitsUntil(bulk, { live: MINUTE, bulk: undefined })).toBe(Number.POSITIVE_INFINITY);
    expect(minutesAfterArrival(waitsUntil(bulk, { live: MINUTE, bulk: 60 * MINUTE }))).toBeGreaterThan(59);
  });

  test('is looked at again when the failure says', () => {
    const waiting = { ageMs: 1_000, leftMs: 10 * MINUTE, isTurn: false, random: 0 };

    expect(pauseMs({ afterMs: 7_000 }, waiting)).toBe(7_000);
  });

  test('is looked at exactly when it is its turn in the shared budget', () => {
    const waiting = { ageMs: 1_000, leftMs: 10 * MINUTE, random: 1 };

    expect(pauseMs({ afterMs: 7_000 }, { ...waiting, isTurn: true })).toBe(7_000);
    expect(pauseMs({ afterMs: 7_000 }, { ...waiting, isTurn: false })).toBeGreaterThan(7_600);
  });

  test('is looked at again when it may wait no longer, even if the failure says later', () => {
    expect(pauseMs({ afterMs: 60 * MINUTE }, { ageMs: 1_000, leftMs: 3_000, isTurn: false, random: 1 })).toBe(3_000);
    expect(pauseMs('backoff', { ageMs: 10 * MINUTE, leftMs: 3_000, isTurn: false, random: 1 })).toBe(3_000);
  });

  test('is looked at less often the longer it waits, between a second and a minute', () => {
    const pauses = [0, 10_000, MINUTE, 10 * MINUTE].map((ageMs) =>
      pauseMs('backoff', { ageMs, leftMs: Number.POSITIVE_INFINITY, isTurn: false, random: 0 }),
    );

    expect(pauses).toEqual([1_000, 5_000, 30_000, 60_000]);
  });

  test('is looked at every few seconds once it has waited as long as it may', () => {
    expect(pauseMs('backoff', { ageMs: 16 * MINUTE, leftMs: -1, isTurn: false, random: 0 })).toBe(5_000);
  });
});
