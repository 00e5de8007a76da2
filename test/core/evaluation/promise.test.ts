import { chooseThreshold, keepPromise } from '@usher/core/evaluation/promise';
import { wilson } from '@usher/core/wilson';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyOutcomes, outcomesAt } from './outcomes.ts';

const anyRisk = fc.double({ min: 0.01, max: 0.6, noNaN: true });

test('no threshold is chosen whose bound on the held-out outcomes exceeds the risk, and none below it would do', () => {
  fc.assert(
    fc.property(anyOutcomes, anyRisk, (heldOut, risk) => {
      const boundFrom = (threshold: number) => {
        const covered = heldOut.filter(({ confidence }) => confidence !== null && confidence >= threshold);
        return wilson(covered.filter(({ isRight }) => !isRight).length, covered.length)?.high ?? 1;
      };
      const threshold = chooseThreshold(heldOut, risk) ?? Infinity;
      if (threshold !== Infinity) expect(boundFrom(threshold)).toBeLessThanOrEqual(risk);
      for (const { confidence } of heldOut) {
        if (confidence !== null && confidence < threshold) expect(boundFrom(confidence)).toBeGreaterThan(risk);
      }
    }),
  );
});

test('five percent takes 73 right answers without a wrong one, and not 72', () => {
  expect(chooseThreshold(outcomesAt(0.8, { right: 72, wrong: 0 }), 0.05)).toBeNull();
  expect(chooseThreshold(outcomesAt(0.8, { right: 73, wrong: 0 }), 0.05)).toBe(0.8);
});

test('a promise says what really became of the texts that had no say in it', () => {
  const heldOut = [...outcomesAt(0.9, { right: 200, wrong: 2 }), ...outcomesAt(0.4, { right: 50, wrong: 50 })];
  const outcomes = [
    ...outcomesAt(0.95, { right: 8, wrong: 2 }),
    ...outcomesAt(0.5, { right: 9, wrong: 0 }),
    { confidence: null, isRight: true },
  ];
  const kept = keepPromise(0.05, { heldOut, outcomes });
  expect(kept).toMatchObject({ risk: 0.05, threshold: 0.9, coverage: 0.5, wrong: 0.2, n: 10 });
  expect(kept.wrongInterval?.low).toBeLessThan(0.2);
  expect(kept.wrongInterval?.high).toBeGreaterThan(0.2);
});

test('with too little data nothing is promised and nothing automated', () => {
  const outcomes = outcomesAt(0.99, { right: 50, wrong: 0 });
  expect(keepPromise(0.02, { heldOut: outcomes, outcomes })).toMatchObject({
    threshold: null,
    coverage: 0,
    wrong: null,
    wrongInterval: null,
    n: 0,
  });
});
