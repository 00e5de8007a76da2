import type { TicketText } from '@usher/core/ticket';
import { groups, type Visit, visitGrams } from './grams.ts';
import { weightOf } from './head.ts';
import { type LocalModel, rowOf } from './model.ts';
import { readWords } from './words.ts';

/** A word of a ticket and how much it moved the margin of a category. */
export interface Reason {
  word: string;
  weight: number;
}

const MOST_REASONS = 5;

/** Words that brought less than this share of what the strongest brought are not worth naming. */
const WORTH_NAMING = 0.1;

/**
 * The words of a ticket that spoke most for a category, strongest first. What a pair of words or a piece of a word brought is
 * counted for the words it consists of or comes from.
 */
export function explain(model: LocalModel, ticket: TicketText, category: string): Reason[] {
  const label = model.head.labels.indexOf(category);
  if (label < 0) return [];
  const row = rowOf(model, ticket);
  const moved = new Map<number, number>();
  for (const [at, feature] of row.features.entries()) {
    moved.set(feature, (row.values[at] ?? 0) * weightOf(model.head, label, feature));
  }
  const occurrences = new Map<number, number>();
  visitFeatures(model, ticket, (feature) => occurrences.set(feature, (occurrences.get(feature) ?? 0) + 1));
  const weights = new Map<string, number>();
  visitFeatures(model, ticket, (feature, word, next) => {
    const share = (moved.get(feature) ?? 0) / (occurrences.get(feature) ?? 1);
    for (const each of next === null ? [word] : [word, next]) {
      weights.set(each, (weights.get(each) ?? 0) + (next === null ? share : share / 2));
    }
  });
  const reasons = [...weights].map(([word, weight]) => ({ word, weight })).sort((a, b) => b.weight - a.weight);
  const least = (reasons[0]?.weight ?? 0) * WORTH_NAMING;
  return reasons.filter(({ weight }) => weight > 0 && weight >= least).slice(0, MOST_REASONS);
}

function visitFeatures({ vocabulary }: LocalModel, ticket: TicketText, visit: Visit): void {
  const words = readWords(ticket);
  for (const group of groups) {
    visitGrams(words, group, (hash, word, next) => {
      const feature = vocabulary.table.find(hash);
      if (feature >= 0) visit(feature, word, next);
    });
  }
}
