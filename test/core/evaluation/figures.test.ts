import { auroc } from '@usher/core/evaluation/auroc';
import { bootstrapInterval } from '@usher/core/evaluation/bootstrap';
import { macroF1 } from '@usher/core/evaluation/macro-f1';
import { randomFrom } from '@usher/engines/local/random';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const scores = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('the area under the ROC curve', () => {
  test('is 1 for a perfect separation and 0 for the opposite', () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const above = a.map((score) => score + 20);
        expect(auroc(above, b)?.share).toBe(1);
        expect(auroc(b, above)?.share).toBe(0);
      }),
    );
  });

  test('is the share of pairs in the right order, equal ones counting half', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
        scores.map((all) => all.map(Math.round)),
        (a, b) => {
          const pairs = a.flatMap((one) => b.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
          const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
          expect(auroc(a, b)?.share).toBeCloseTo(share, 10);
        },
      ),
    );
  });

  test('lies within its interval and needs one of each', () => {
    expect(auroc([1], [])).toBeNull();
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const area = auroc(a, b);
        if (area === null) throw new Error('there is one of each');
        expect(area.low).toBeLessThanOrEqual(area.share);
        expect(area.high).toBeGreaterThanOrEqual(area.share);
      }),
    );
  });
});

describe('macro-F1', () => {
  test('is 1 when everything is right and 0 when nothing is', () => {
    expect(
      macroF1([
        { given: 'a', actual: 'a' },
        { given: 'b', actual: 'b' },
      ]),
    ).toBe(1);
    expect(
      macroF1([
        { given: 'b', actual: 'a' },
        { given: null, actual: 'b' },
      ]),
    ).toBe(0);
  });

  test('counts a rare label as much as a frequent one', () => {
    const frequent = Array.from({ length: 98 }, () => ({ given: 'a', actual: 'a' }));
    const rare = { given: 'a', actual: 'b' };
    // Precision of a is 98 of 99, recall 1; b is never found.
    expect(macroF1([...frequent, rare])).toBeCloseTo((2 * 98) / (98 + 99) / 2, 10);
  });
});

test('the bootstrap gives the same interval for the same random numbers, with the figure inside', () => {
  const items = Array.from({ length: 200 }, (_, at) => (at < 50 ? 1 : 0));
  const mean = (drawn: readonly number[]) => drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
  const interval = bootstrapInterval(items, mean, randomFrom(3));
  expect(interval).toEqual(bootstrapInterval(items, mean, randomFrom(3)));
  // The mean's standard error is √(¼ · ¾ / 200) = 0.031.
  expect(interval.low).toBeGreaterThan(0.25 - 4 * 0.031);
  expect(interval.low).toBeLessThan(0.25 - 0.031);
  expect(interval.high).toBeGreaterThan(0.25 + 0.031);
  expect(interval.high).toBeLessThan(0.25 + 4 * 0.031);
});
