import { riskCoverage, thinned } from '@usher/core/evaluation/risk-coverage';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyOutcomes, outcomesAt } from './outcomes.ts';

test('the curve ends with everything covered, at the error of them all', () => {
  fc.assert(
    fc.property(anyOutcomes, (outcomes) => {
      const end = riskCoverage(outcomes).at(-1);
      const wrong = outcomes.filter(({ isRight }) => !isRight).length;
      expect(end).toMatchObject({ coverage: 1, n: outcomes.length });
      expect(end?.risk).toBeCloseTo(wrong / outcomes.length, 12);
    }),
  );
});

test('each point is what covering everything from its threshold upwards comes to', () => {
  fc.assert(
    fc.property(anyOutcomes, (outcomes) => {
      for (const { threshold, n, risk, riskInterval } of riskCoverage(outcomes)) {
        const covered = outcomes.filter(
          ({ confidence }) => threshold === null || (confidence !== null && confidence >= threshold),
        );
        expect(n).toBe(covered.length);
        expect(risk).toBeCloseTo(covered.filter(({ isRight }) => !isRight).length / n, 12);
        expect(riskInterval.low).toBeLessThanOrEqual(risk + 1e-12);
        expect(riskInterval.high).toBeGreaterThanOrEqual(risk - 1e-12);
      }
    }),
  );
});

test('coverage grows from point to point while the threshold falls', () => {
  fc.assert(
    fc.property(anyOutcomes, (outcomes) => {
      const points = riskCoverage(outcomes);
      for (const [at, point] of points.entries()) {
        const next = points[at + 1];
        if (next === undefined) return;
        expect(next.coverage).toBeGreaterThan(point.coverage);
        expect(next.threshold ?? -1).toBeLessThan(point.threshold ?? -1);
      }
    }),
  );
});

test('thinning keeps the end and at most one point a step', () => {
  fc.assert(
    fc.property(anyOutcomes, fc.integer({ min: 1, max: 30 }), (outcomes, steps) => {
      const points = riskCoverage(outcomes);
      const kept = thinned(points, steps);
      expect(kept.length).toBeLessThanOrEqual(steps);
      expect(kept.at(-1)).toEqual(points.at(-1));
    }),
  );
});

test('those without a confidence are covered last', () => {
  const points = riskCoverage([...outcomesAt(0.2, { right: 3, wrong: 0 }), { confidence: null, isRight: false }]);
  expect(points.map(({ threshold, n, risk }) => ({ threshold, n, risk }))).toEqual([
    { threshold: 0.2, n: 3, risk: 0 },
    { threshold: null, n: 4, risk: 0.25 },
  ]);
});
