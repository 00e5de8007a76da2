import { type SparseMatrix, type SparseRow, squaredLengths } from './matrix.ts';
import { randomFrom } from './random.ts';
import { separate } from './svm.ts';

/**
 * What a mistake on a text of weight 1 costs against the length of the weights (C). Where a label has a thousand texts, single
 * ones matter less, and half of it does better on texts held out of training; with fewer, 0.5 to 2 measure the same.
 */
const COST = 1;
const COST_OF_MANY = 0.5;
const MANY_TEXTS_A_LABEL = 1_000;

/** Weights are kept as whole numbers of at most this size, each label with a scale of its own; that changes no prediction. */
const LARGEST_WEIGHT = 127;

/** One linear separator a label: that label against all others. */
export interface LinearHead {
  labels: readonly string[];
  /** The features it has weights for, ascending; null when it has weights for every feature. */
  features: Int32Array | null;
  /** The weights of all labels for its first feature, then for its second, … */
  weights: Int8Array;
  scales: Float64Array;
  biases: Float64Array;
}

export interface HeadTask {
  matrix: SparseMatrix;
  labels: readonly string[];
  /** The label of each row, as its place in `labels`. */
  labelOf: Int32Array;
  /** How much each row counts, greater than zero. */
  weights: Float64Array;
  seed: number;
}

/** Promises the same head for the same task. */
export function fitHead(task: HeadTask): LinearHead {
  const { matrix, labels, labelOf } = task;
  const cost = matrix.rows > MANY_TEXTS_A_LABEL * labels.length ? COST_OF_MANY : COST;
  const shared = { matrix, squaredLengths: squaredLengths(matrix), costs: task.weights.map((weight) => cost * weight) };
  const head: LinearHead = {
    labels,
    features: null,
    weights: new Int8Array(matrix.width * labels.length),
    scales: new Float64Array(labels.length),
    biases: new Float64Array(labels.length),
  };
  for (let label = 0; label < labels.length; label++) {
    const signs = signsOf(labelOf, label);
    const { weights, bias } = separate({ ...shared, signs }, randomFrom(task.seed + label));
    head.biases[label] = bias;
    head.scales[label] = keepWeights(head, label, weights);
  }
  return head;
}

function signsOf(labelOf: Int32Array, label: number): Int8Array {
  const signs = new Int8Array(labelOf.length).fill(-1);
  for (const [row, own] of labelOf.entries()) if (own === label) signs[row] = 1;
  return signs;
}

function keepWeights(head: LinearHead, label: number, weights: Float64Array): number {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const scale = largest === 0 ? 1 : largest / LARGEST_WEIGHT;
  for (let feature = 0; feature < weights.length; feature++) {
    head.weights[feature * head.labels.length + label] = Math.round((weights[feature] ?? 0) / scale);
  }
  return scale;
}

/** The same head without the features that have no weight, for one that was learnt from a small part of the texts. */
export function compactHead(head: LinearHead): LinearHead {
  const width = head.labels.length;
  const weightsOf = (feature: number) => head.weights.subarray(feature * width, (feature + 1) * width);
  const features = Int32Array.from({ length: head.weights.length / width }, (_, feature) => feature).filter((feature) =>
    weightsOf(feature).some((weight) => weight !== 0),
  );
  const weights = new Int8Array(features.length * width);
  for (const [place, feature] of features.entries()) weights.set(weightsOf(feature), place * width);
  return { ...head, features, weights };
}

/** How far a text lies on each label's side of its border: 1 is typical of the label, -1 of the others. */
export function marginsOf(head: LinearHead, row: SparseRow): Float64Array {
  const width = head.labels.length;
  const sums = new Float64Array(width);
  for (let at = 0; at < row.features.length; at++) {
    const place = placeOf(head, row.features[at] ?? 0);
    if (place < 0) continue;
    const value = row.values[at] ?? 0;
    const first = place * width;
    for (let label = 0; label < width; label++) {
      sums[label] = (sums[label] ?? 0) + value * (head.weights[first + label] ?? 0);
    }
  }
  return sums.map((sum, label) => sum * (head.scales[label] ?? 0) + (head.biases[label] ?? 0));
}

/** One label's weight for one feature. */
export function weightOf(head: LinearHead, label: number, feature: number): number {
  const place = placeOf(head, feature);
  return place < 0 ? 0 : (head.weights[place * head.labels.length + label] ?? 0) * (head.scales[label] ?? 0);
}

function placeOf({ features }: LinearHead, feature: number): number {
  if (features === null) return feature;
  let low = 0;
  let high = features.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = features[middle] ?? 0;
    if (found === feature) return middle;
    if (found < feature) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
