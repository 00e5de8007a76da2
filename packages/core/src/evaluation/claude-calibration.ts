import { z } from 'zod';
import { auroc } from './auroc.ts';
import { calibrationError, type Stated } from './calibration-error.ts';
import type { Signals } from '../suggestion.ts';

/** What one answer of Claude was accompanied by, and whether it was right. */
export interface KnownAnswer {
  signals: Signals;
  isRight: boolean;
}

const size = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

/** A small logistic model of "Claude is right", with how it did on answers that it was not fitted on. */
export const ClaudeCalibration = z.object({
  /** For the local probability of Claude's label, agreement, local margin, stated confidence, and one. */
  weights: z.array(z.number()).length(5).readonly(),
  n: size,
  /** How often Claude was right. */
  accuracy: share,
  /** Expected calibration error, cross-fitted. */
  ece: share,
  /** Area under the ROC curve, cross-fitted, with its 95 % interval. */
  auroc: z.object({ share, low: share, high: share }).nullable(),
});
export type ClaudeCalibration = z.infer<typeof ClaudeCalibration>;

/** With fewer answers, or almost only right or wrong ones, Claude's confidence stays what it says itself. */
const ENOUGH_ANSWERS = 100;
const ENOUGH_OF_EACH = 10;

/** Holds the weights back where there are few answers; the constant is free. */
const RIDGE = 1;

const STEPS = 25;

/** Parts of the answers, each of which is read with weights from the others. */
export const CALIBRATION_PARTS = 5;

/** The probability that Claude's answer is right; never quite 0 or 1, since no model of five weights knows that. */
export function trustIn({ weights }: Pick<ClaudeCalibration, 'weights'>, signals: Signals): number {
  return Math.min(0.999, Math.max(0.001, logistic(dot(weights, featuresOf(signals)))));
}

/** Fits the calibration on answers whose truth is known; null while there are too few of them. */
export function fitClaudeCalibration(answers: readonly KnownAnswer[]): ClaudeCalibration | null {
  const right = answers.filter(({ isRight }) => isRight).length;
  if (answers.length < ENOUGH_ANSWERS || Math.min(right, answers.length - right) < ENOUGH_OF_EACH) return null;
  const outcomes = crossFitted(answers);
  const confidences = (isRight: boolean) =>
    outcomes.filter((one) => one.isRight === isRight).map(({ confidence }) => confidence);
  return {
    weights: fitWeights(answers),
    n: answers.length,
    accuracy: right / answers.length,
    ece: Math.min(1, calibrationError(outcomes)),
    auroc: auroc(confidences(true), confidences(false)),
  };
}

/** Each answer's confidence by weights in which it had no say. */
export function crossFitted(answers: readonly KnownAnswer[]): Stated[] {
  const fitted = Array.from({ length: CALIBRATION_PARTS }, (_, part) =>
    fitWeights(answers.filter((_, at) => at % CALIBRATION_PARTS !== part)),
  );
  return answers.map(({ signals, isRight }, at) => ({
    confidence: trustIn({ weights: fitted[at % CALIBRATION_PARTS] ?? [] }, signals),
    isRight,
  }));
}

function featuresOf({ local, agrees, margin, stated }: Signals): number[] {
  return [local, agrees ? 1 : 0, margin, stated, 1];
}

/** Penalised maximum likelihood by Newton's method (iteratively reweighted least squares). */
function fitWeights(answers: readonly KnownAnswer[]): number[] {
  const rows = answers.map(({ signals }) => featuresOf(signals));
  let weights = [0, 0, 0, 0, 0];
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight, at) => (at < weights.length - 1 ? -RIDGE * weight : 0));
    const curvature = weights.map((_, at) => weights.map((_, other) => (at === other ? RIDGE : 0)));
    for (const [at, row] of rows.entries()) {
      const probability = logistic(dot(weights, row));
      const miss = (answers[at]?.isRight ? 1 : 0) - probability;
      addTo(gradient, row, miss);
      for (const [place, line] of curvature.entries()) {
        addTo(line, row, (row[place] ?? 0) * probability * (1 - probability));
      }
    }
    const change = solve(curvature, gradient);
    weights = weights.map((weight, at) => weight + (change[at] ?? 0));
    if (Math.max(...change.map(Math.abs)) < 1e-8) break;
  }
  return weights;
}

/** Solves a small system of linear equations whose matrix is positive definite, by elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, at) => [...line, right[at] ?? 0]);
  for (const [pivot, line] of rows.entries()) {
    for (const other of rows.slice(pivot + 1)) addTo(other, line, -(other[pivot] ?? 0) / (line[pivot] ?? 1));
  }
  const found = right.map(() => 0);
  for (const [pivot, line] of [...rows.entries()].toReversed()) {
    const known = found.reduce((sum, value, at) => sum + (at > pivot ? value * (line[at] ?? 0) : 0), 0);
    found[pivot] = ((line.at(-1) ?? 0) - known) / (line[pivot] ?? 1);
  }
  return found;
}

function addTo(to: number[], row: readonly number[], times: number): void {
  for (const [at, value] of row.entries()) to[at] = (to[at] ?? 0) + times * value;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

function logistic(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
