/** A text as the features that occur in it, and their values. */
export interface SparseRow {
  features: Int32Array;
  values: Float32Array;
}

/** Rows one after the other; row i stands from starts[i] to starts[i + 1]. */
export interface SparseMatrix extends SparseRow {
  starts: Int32Array;
  rows: number;
  /** How many features there are, whether or not they occur. */
  width: number;
}

/** Puts rows below each other. */
export function stackRows(rows: readonly SparseRow[], width: number): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) starts[index + 1] = (starts[index] ?? 0) + row.features.length;
  const total = starts[rows.length] ?? 0;
  const matrix = { starts, rows: rows.length, width, features: new Int32Array(total), values: new Float32Array(total) };
  for (const [index, row] of rows.entries()) {
    matrix.features.set(row.features, starts[index]);
    matrix.values.set(row.values, starts[index]);
  }
  return matrix;
}

/** The product of one row with a vector of weights. */
export function dotRow(matrix: SparseMatrix, row: number, weights: Float64Array): number {
  const { features, values, starts } = matrix;
  const end = starts[row + 1] ?? 0;
  let sum = 0;
  for (let at = starts[row] ?? 0; at < end; at++) sum += (weights[features[at] ?? 0] ?? 0) * (values[at] ?? 0);
  return sum;
}

/** Adds a multiple of one row to a vector of weights. */
export function addRow(matrix: SparseMatrix, row: number, { times, to }: { times: number; to: Float64Array }): void {
  const { features, values, starts } = matrix;
  const end = starts[row + 1] ?? 0;
  for (let at = starts[row] ?? 0; at < end; at++) {
    const feature = features[at] ?? 0;
    to[feature] = (to[feature] ?? 0) + times * (values[at] ?? 0);
  }
}

/** The squared length of every row. */
export function squaredLengths(matrix: SparseMatrix): Float64Array {
  const lengths = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    const values = matrix.values.subarray(matrix.starts[row], matrix.starts[row + 1]);
    lengths[row] = values.reduce((sum, value) => sum + value * value, 0);
  }
  return lengths;
}
