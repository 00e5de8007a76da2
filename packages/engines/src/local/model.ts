import type { Alternative } from '@usher/core/suggestion';
import type { TicketText } from '@usher/core/ticket';
import { type Confidence, readMargins } from './confidence.ts';
import { countGrams, vectorise } from './features.ts';
import type { Figures } from './figures.ts';
import { marginsOf } from './head.ts';
import type { Learnt } from './learn.ts';
import type { SparseRow } from './matrix.ts';
import { placeOfLargest, probabilitiesOf } from './probabilities.ts';
import { readWords } from './words.ts';

/** Everything a prediction needs; it never changes. */
export interface LocalModel extends Learnt {
  /** Eight hexadecimal digits that stand for its content. */
  id: string;
  confidence: Confidence;
  /** Null when there was nothing to judge it on. */
  figures: Figures | null;
}

export interface Prediction {
  /** Every category, likeliest first; the first one's confidence is its probability of being right. */
  ranked: readonly [Alternative, ...Alternative[]];
  /** Of the first category; null when none is more likely than not. */
  subcategory: string | null;
}

/** A subcategory less likely than this is not named. */
const SURE_ENOUGH = 0.5;

/** Ranks the categories for a ticket; null when it holds nothing that the model has ever seen. */
export function predict(
  model: LocalModel,
  ticket: TicketText,
  isAllowed: (category: string) => boolean = () => true,
): Prediction | null {
  const row = rowOf(model, ticket);
  if (row.features.length === 0) return null;
  const { head, confidence } = model;
  const ranked = rankMargins(head.labels, marginsOf(head, row), confidence);
  const [first, ...others] = ranked.filter(({ category }) => isAllowed(category));
  if (first === undefined) return null;
  return { ranked: [first, ...others], subcategory: subcategoryOf(model, first.category, row) };
}

/** The ticket as features of this model. */
export function rowOf({ vocabulary }: LocalModel, ticket: TicketText): SparseRow {
  return vectorise(countGrams(readWords(ticket), vocabulary), vocabulary);
}

/**
 * Ranks labels, likeliest first. What the first one's confidence leaves is shared among the others and "none of these" as the
 * probabilities say.
 */
export function rankMargins(labels: readonly string[], margins: Float64Array, confidence: Confidence): Alternative[] {
  const top = readMargins(margins, confidence);
  const left = 1 - (top.probabilities[top.label] ?? 0);
  const factor = left <= 0 ? 0 : (1 - top.confidence) / left;
  const shareOf = (place: number) => Math.min(top.confidence, (top.probabilities[place] ?? 0) * factor);
  return labels
    .map((category, place) => ({ category, confidence: place === top.label ? top.confidence : shareOf(place), place }))
    .sort((a, b) => Number(b.place === top.label) - Number(a.place === top.label) || b.confidence - a.confidence)
    .map(({ category, confidence }) => ({ category, confidence }));
}

function subcategoryOf({ children, confidence }: LocalModel, category: string, row: SparseRow): string | null {
  const head = children.get(category);
  if (head === undefined) return null;
  const probabilities = probabilitiesOf(marginsOf(head, row), confidence.childTemperature);
  const best = placeOfLargest(probabilities);
  return (probabilities[best] ?? 0) >= SURE_ENOUGH ? (head.labels[best] ?? null) : null;
}
