import { wilson } from '@usher/core/wilson';
import { assert, integer, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';

test('of nothing there is no share', () => {
  expect(wilson(0, 0)).toBeNull();
});

test.each([
  // R: prop.test(x, n, correct = FALSE)$conf.int
  [8, 10, 0.4901625, 0.9433178],
  [0, 20, 0, 0.1611251],
  [50, 100, 0.4038315, 0.5961685],
])('%i of %i has the interval that statistics packages give', (hits, n, low, high) => {
  expect(wilson(hits, n)?.low).toBeCloseTo(low, 6);
  expect(wilson(hits, n)?.high).toBeCloseTo(high, 6);
});

test('the interval holds its share and stays within 0 and 1', () => {
  const counts = integer({ min: 1, max: 100_000 }).chain((n) =>
    tuple(integer({ min: 0, max: n }), integer({ min: n, max: n })),
  );
  assert(
    property(counts, ([hits, n]) => {
      const found = wilson(hits, n);
      const { share, low, high } = found ?? { share: Number.NaN, low: Number.NaN, high: Number.NaN };
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low - 1e-12).toBeLessThanOrEqual(share);
      expect(high + 1e-12).toBeGreaterThanOrEqual(share);
    }),
  );
});
