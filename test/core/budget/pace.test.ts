import { paceAt, timeFor, worth } from '@usher/core/budget/pace';
import { assert, double, property, record } from 'fast-check';
import { expect, test } from 'vitest';

const moment = double({ min: 0, max: 200_000, noNaN: true });
const pace = record({ factor: double({ min: 0.05, max: 1, noNaN: true }), heldUntil: moment });

test('A pace is held, then grows evenly, and is never more than full', () => {
  const held = { factor: 0.1, heldUntil: 1_000 };
  const seconds = [0, 1, 11, 46, 100].map((second) => paceAt(held, second * 1_000));

  expect(seconds.map((share) => share.toFixed(6))).toEqual([
    '0.100000',
    '0.100000',
    '0.300000',
    '1.000000',
    '1.000000',
  ]);
});

test('What time is worth is the area under the pace', () => {
  const ramp = { factor: 0.1, heldUntil: 1_000 };

  expect(worth(ramp, 0, 1_000)).toBeCloseTo(100, 6);
  expect(worth(ramp, 1_000, 46_000)).toBeCloseTo(24_750, 6);
  expect(worth(ramp, 46_000, 50_000)).toBeCloseTo(4_000, 6);
  expect(worth(ramp, 0, 50_000)).toBeCloseTo(28_850, 6);
});

test('Time parts anywhere without anything being lost', () => {
  assert(
    property(pace, moment, moment, moment, (pace, ...moments) => {
      const [first = 0, middle = 0, last = 0] = moments.toSorted((a, b) => a - b);
      expect(worth(pace, first, middle) + worth(pace, middle, last)).toBeCloseTo(worth(pace, first, last), 5);
    }),
  );
});

test('The time that something needs is worth just that', () => {
  assert(
    property(pace, moment, double({ min: 0, max: 500_000, noNaN: true }), (pace, from, need) => {
      expect(worth(pace, from, from + timeFor(pace, need, from))).toBeCloseTo(need, 5);
    }),
  );
});

test('Nothing is worth nothing, also backwards', () => {
  const full = { factor: 1, heldUntil: 0 };

  expect(timeFor(full, 0, 500)).toBe(0);
  expect(timeFor(full, -5, 500)).toBe(0);
  expect(worth(full, 500, 400)).toBe(0);
});
