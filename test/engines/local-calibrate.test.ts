import { calibrationError } from '@usher/core/evaluation/calibration-error';
import { fitCurve, readCurve } from '@usher/engines/local/calibrate';
import { fitTemperature, placeOfLargest, probabilitiesOf } from '@usher/engines/local/probabilities';
import { randomFrom } from '@usher/engines/local/random';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const outcomes = fc.array(fc.record({ confidence: probability, isRight: fc.boolean() }), {
  minLength: 1,
  maxLength: 300,
});
const margins = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 9 });

describe('the calibration curve', () => {
  test('never falls and stays within 0 and 1', () => {
    fc.assert(
      fc.property(outcomes, probability, probability, (given, a, b) => {
        const curve = fitCurve(given);
        if (curve === null) throw new Error('there is a curve as soon as there is an outcome');
        const [low, high] = [readCurve(curve, Math.min(a, b)), readCurve(curve, Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high + 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThan(1);
      }),
    );
  });

  test('is the same in whatever order the outcomes came', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ confidence: probability, isRight: fc.boolean() }), {
          selector: (one) => one.confidence,
          minLength: 1,
          maxLength: 60,
        }),
        (given) => {
          const [forward, backward] = [fitCurve(given), fitCurve(given.toReversed())];
          expect(forward?.right).toEqual(backward?.right);
        },
      ),
    );
  });

  test('brings confidence down to what came out', () => {
    const given = Array.from({ length: 400 }, (_, at) => ({
      confidence: 0.9 + (at % 100) / 1_000,
      isRight: at % 2 === 0,
    }));
    const curve = fitCurve(given);
    expect(curve && readCurve(curve, 0.95)).toBeCloseTo(0.5, 1);
  });

  test('never promises certainty, however good the outcomes', () => {
    const curve = fitCurve(Array.from({ length: 50 }, () => ({ confidence: 0.99, isRight: true })));
    expect(curve && readCurve(curve, 1)).toBeCloseTo(50.5 / 51);
  });

  test('is none without outcomes', () => {
    expect(fitCurve([])).toBeNull();
  });
});

describe('the calibration error', () => {
  test('is how far confidence and outcome lie apart', () => {
    const stated = (confidence: number, right: number) =>
      Array.from({ length: 10 }, (_, at) => ({ confidence, isRight: at < right }));
    expect(calibrationError(stated(0.8, 8))).toBeCloseTo(0);
    expect(calibrationError(stated(0.9, 5))).toBeCloseTo(0.4);
    expect(calibrationError([...stated(0.8, 8), ...stated(0.3, 5)])).toBeCloseTo(0.1);
    expect(calibrationError([])).toBe(0);
  });
});

describe('probabilities', () => {
  test('add up to less than one, keep the order of the margins and get sharper as the temperature falls', () => {
    fc.assert(
      fc.property(margins, fc.double({ min: 0.05, max: 5, noNaN: true }), (given, temperature) => {
        const cold = probabilitiesOf(Float64Array.from(given), temperature);
        expect(cold.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1 + 1e-12);
        expect(given[placeOfLargest(cold)]).toBeCloseTo(Math.max(...given), 9);
      }),
    );
    const [warm, cold] = [2, 0.2].map(
      (temperature) => probabilitiesOf(Float64Array.of(1, -1, -1), temperature)[0] ?? 0,
    );
    expect(cold).toBeGreaterThan(warm ?? 1);
  });

  test('go to none of the labels where no label claims the text', () => {
    const unclaimed = probabilitiesOf(Float64Array.of(-1, -1, -1), 0.1);
    expect(unclaimed.reduce((sum, each) => sum + each, 0)).toBeLessThan(0.05);
    expect(probabilitiesOf(Float64Array.of(-1), 0.1)[0]).toBeLessThan(0.05);
  });
});

describe('the temperature', () => {
  /** Texts of two labels, of which a share follows the margins and the rest is the other label. */
  const heldOut = (n: number, shareRight: number) => {
    const random = randomFrom(3);
    return Array.from({ length: n }, (_, at) => {
      const label = at % 2;
      const shown = random() < shareRight ? label : 1 - label;
      return { margins: Float64Array.of(shown === 0 ? 0.5 : -0.5, shown === 1 ? 0.5 : -0.5), label };
    });
  };

  test('is the hotter the more often the margins were wrong', () => {
    expect(fitTemperature(heldOut(400, 0.7))).toBeGreaterThan(fitTemperature(heldOut(400, 0.95)) * 1.5);
  });

  test('makes the stated probability what comes out', () => {
    const given = heldOut(2_000, 0.85);
    const temperature = fitTemperature(given);
    expect(probabilitiesOf(Float64Array.of(0.5, -0.5), temperature)[0]).toBeCloseTo(0.8, 1);
  });

  test('stays warm while few texts came out right, and colder only with many', () => {
    const few = fitTemperature(heldOut(4, 1));
    const many = fitTemperature(heldOut(400, 1));
    expect(few).toBeGreaterThan(many);
    expect(probabilitiesOf(Float64Array.of(0.5, -0.5), few)[0]).toBeLessThan(0.9);
  });

  test('of nothing is so hot that nothing looks certain', () => {
    expect(probabilitiesOf(Float64Array.of(1, -1, -1), fitTemperature([]))[0]).toBeLessThan(0.7);
  });
});
