import { type SparseMatrix, squaredLengths, stackRows } from '@usher/engines/local/matrix';
import { randomFrom } from '@usher/engines/local/random';
import { separate } from '@usher/engines/local/svm';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** A matrix whose rows are given in full. */
function matrixOf(rows: readonly (readonly number[])[]): SparseMatrix {
  const width = rows[0]?.length ?? 0;
  const sparse = rows.map((row) => ({
    features: Int32Array.from(row.keys()).filter((feature) => row[feature] !== 0),
    values: Float32Array.from(row.filter((value) => value !== 0)),
  }));
  return stackRows(sparse, width);
}

function solve(rows: readonly (readonly number[])[], signs: readonly number[], costs?: readonly number[]) {
  const matrix = matrixOf(rows);
  const task = {
    matrix,
    squaredLengths: squaredLengths(matrix),
    signs: Int8Array.from(signs),
    costs: Float64Array.from(costs ?? rows.map(() => 1)),
  };
  const { weights, bias } = separate(task, randomFrom(1));
  const marginOf = (row: readonly number[]) => row.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), bias);
  const loss = (w: readonly number[], b: number) =>
    (b * b + w.reduce((sum, weight) => sum + weight * weight, 0)) / 2 +
    rows.reduce((sum, row, at) => {
      const margin = row.reduce((total, value, place) => total + value * (w[place] ?? 0), b);
      return sum + (costs?.[at] ?? 1) * Math.max(0, 1 - (signs[at] ?? 0) * margin) ** 2;
    }, 0);
  return { weights: [...weights], bias, marginOf, loss };
}

/** Weights and bias of the least loss at cost 1, found slowly: the bias is the weight of a 1 that every row is given. */
function descend(rows: readonly (readonly number[])[], signs: readonly number[]): number[] {
  const longer = rows.map((row) => [...row, 1]);
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  let weights = (longer[0] ?? []).map(() => 0);
  for (let step = 0; step < 500; step++) {
    const slopes = longer.map((row, at) => (signs[at] ?? 0) * Math.max(0, 1 - (signs[at] ?? 0) * dot(row, weights)));
    weights = weights.map((weight, place) => {
      const slope = weight - 2 * slopes.reduce((sum, each, at) => sum + each * (longer[at]?.[place] ?? 0), 0);
      return weight - slope / (1 + 8 * rows.length);
    });
  }
  return weights;
}

const value = fc.integer({ min: -4, max: 4 }).map((quarter) => quarter / 4);
const examples = fc.array(fc.tuple(fc.tuple(value, value, value), fc.constantFrom(1, -1)), {
  minLength: 1,
  maxLength: 12,
});

describe('the separator', () => {
  test('puts separable texts on their own sides', () => {
    const rows = [
      [1, 0],
      [0.9, 0.1],
      [0, 1],
      [0.1, 0.9],
    ];
    const { marginOf } = solve(rows, [1, 1, -1, -1]);
    expect(rows.map((row) => Math.sign(marginOf(row)))).toEqual([1, 1, -1, -1]);
  });

  test('has the closed form of a single example: margin·cost/(cost + …) for weight and bias alike', () => {
    // One row x = 1 of sign 1 with cost c: ½(w² + b²) + c(1 - w - b)² is least at w = b = 2c/(1 + 4c).
    const { weights, bias } = solve([[1]], [1], [0.5]);
    expect(weights[0]).toBeCloseTo(1 / 3, 1);
    expect(bias).toBeCloseTo(1 / 3, 1);
  });

  test('loses at most a twentieth more than gradient descent in its own time', () => {
    fc.assert(
      fc.property(examples, (pairs) => {
        const rows = pairs.map(([row]) => row);
        const signs = pairs.map(([, sign]) => sign);
        const { weights, bias, loss } = solve(rows, signs);
        const least = descend(rows, signs);
        expect(loss(weights, bias)).toBeLessThan(1.05 * loss(least.slice(0, -1), least.at(-1) ?? 0));
      }),
    );
  });

  test('leans toward the example that costs more', () => {
    const rows = [[1], [1]];
    expect(solve(rows, [1, -1], [5, 1]).marginOf([1])).toBeGreaterThan(0);
    expect(solve(rows, [1, -1], [1, 5]).marginOf([1])).toBeLessThan(0);
  });

  test('is the same for the same seed', () => {
    fc.assert(
      fc.property(examples, (pairs) => {
        const rows = pairs.map(([row]) => row);
        const signs = pairs.map(([, sign]) => sign);
        expect(solve(rows, signs).weights).toEqual(solve(rows, signs).weights);
      }),
    );
  });
});
