import { backoffMs } from '@usher/queue/backoff';
import { assert, float, integer, property } from 'fast-check';
import { expect, test } from 'vitest';

const failures = integer({ min: 1, max: 1_000_000 });
const chance = float({ min: 0, max: 1, noNaN: true });

test('The pause after a failure is between one second and one minute, however many failures there were', () => {
  assert(
    property(failures, chance, (count, luck) => {
      const pause = backoffMs(count, luck);
      expect(pause).toBeGreaterThanOrEqual(1_000);
      expect(pause).toBeLessThanOrEqual(60_000);
    }),
  );
});

test('The pause doubles from failure to failure until it is a minute long', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((count) => backoffMs(count, 1))).toEqual([
    2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
  ]);
});

test('Chance spreads the pause over its upper half', () => {
  expect([0, 0.5, 1].map((luck) => backoffMs(3, luck))).toEqual([4_000, 6_000, 8_000]);
});
