import type { TrainingDocument } from './documents.ts';
import { randomFrom, shuffle } from './random.ts';

/** Parts into which the documents are dealt. */
export const FOLDS = 5;

/** In no part: always learnt from. */
export const NO_FOLD = -1;

/**
 * Deals the documents into five parts, each category evenly, and the same text always into the same part: a model that has seen
 * a text must never be judged on it. What the taxonomy says about itself is in none.
 */
export function dealFolds(documents: readonly TrainingDocument[], seed: number): Int32Array {
  const categoryOf = new Map<string, string>();
  for (const { key, category, origin } of documents) {
    if (origin !== 'about' && !categoryOf.has(key)) categoryOf.set(key, category);
  }
  const keysByCategory = Map.groupBy(categoryOf.keys(), (key) => categoryOf.get(key) ?? '');
  const foldOf = new Map<string, number>();
  const random = randomFrom(seed);
  for (const keys of keysByCategory.values()) {
    const order = Int32Array.from(keys.keys());
    shuffle(order, order.length, random);
    for (const at of order) foldOf.set(keys[at] ?? '', foldOf.size % FOLDS);
  }
  return Int32Array.from(documents, ({ key, origin }) => (origin === 'about' ? NO_FOLD : (foldOf.get(key) ?? NO_FOLD)));
}
