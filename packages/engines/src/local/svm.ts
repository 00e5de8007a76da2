import { addRow, dotRow, type SparseMatrix } from './matrix.ts';
import { type Random, shuffle } from './random.ts';

/** Passes over the examples; later ones change no prediction on any measured set. Few examples get more, as they cost little. */
const MAX_PASSES = 12;
const FREE_STEPS = 20_000;

/** The solution counts as found when no example would move further than this. */
const TOLERANCE = 0.1;

/**
 * An idle example further than this beyond its margin is left out until the rest has settled. (Hsieh et al. take the largest
 * movement of the last pass, which one odd example keeps high for long.)
 */
const SHRINK_BEYOND = 0.3;

/** Tells the rows with sign 1 from those with sign -1. */
export interface SeparationTask {
  matrix: SparseMatrix;
  squaredLengths: Float64Array;
  signs: Int8Array;
  /** What a mistake on each row costs: C times its weight, greater than zero. */
  costs: Float64Array;
}

export interface Separator {
  weights: Float64Array;
  bias: number;
}

/**
 * Promises a linear separator that minimises ½(|w|² + b²) + Σ cost · max(0, 1 - sign · (w·x + b))², by dual coordinate descent
 * with shrinking (Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML 2008, algorithm 3).
 */
export function separate(task: SeparationTask, random: Random): Separator {
  const state: Descent = {
    separator: { weights: new Float64Array(task.matrix.width), bias: 0 },
    duals: new Float64Array(task.matrix.rows),
    active: Int32Array.from({ length: task.matrix.rows }, (_, row) => row),
    activeLength: task.matrix.rows,
  };
  const passes = Math.max(MAX_PASSES, FREE_STEPS / task.matrix.rows);
  for (let pass = 0; pass < passes; pass++) {
    const isWhole = state.activeLength === task.matrix.rows;
    shuffle(state.active, state.activeLength, random);
    const isSettled = passOver(task, state) <= TOLERANCE;
    if (isSettled && isWhole) break;
    if (isSettled) state.activeLength = task.matrix.rows;
  }
  return state.separator;
}

interface Descent {
  separator: Separator;
  duals: Float64Array;
  /** The rows still looked at, then those that are not. */
  active: Int32Array;
  activeLength: number;
}

/** One step for every active row; tells how far the two that would have moved furthest up and down lie apart. */
function passOver(task: SeparationTask, state: Descent): number {
  let highest = 0;
  let lowest = 0;
  for (let at = 0; at < state.activeLength; at++) {
    const row = state.active[at] ?? 0;
    const gradient = gradientAt(task, state, row);
    const isIdle = state.duals[row] === 0;
    if (isIdle && gradient > SHRINK_BEYOND) setAside(state, at--);
    if (isIdle && gradient >= 0) continue;
    if (gradient > highest) highest = gradient;
    if (gradient < lowest) lowest = gradient;
    moveRow(task, state, { row, gradient });
  }
  return highest - lowest;
}

function gradientAt({ matrix, signs, costs }: SeparationTask, { separator, duals }: Descent, row: number): number {
  const margin = dotRow(matrix, row, separator.weights) + separator.bias;
  return margin * (signs[row] ?? 0) - 1 + (duals[row] ?? 0) / (2 * (costs[row] ?? 1));
}

function setAside(state: Descent, at: number): void {
  const last = --state.activeLength;
  const row = state.active[at] ?? 0;
  state.active[at] = state.active[last] ?? 0;
  state.active[last] = row;
}

/** Moves one dual variable to its best value with all others fixed; the bias is the weight of a feature that is always 1. */
function moveRow(task: SeparationTask, { separator, duals }: Descent, step: { row: number; gradient: number }): void {
  const { row, gradient } = step;
  const before = duals[row] ?? 0;
  const curvature = (task.squaredLengths[row] ?? 0) + 1 + 1 / (2 * (task.costs[row] ?? 1));
  const after = Math.max(0, before - gradient / curvature);
  const times = (after - before) * (task.signs[row] ?? 0);
  if (times === 0) return;
  duals[row] = after;
  addRow(task.matrix, row, { times, to: separator.weights });
  separator.bias += times;
}
