import type { Example } from '@usher/core/engine';
import type { Alternative } from '@usher/core/suggestion';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { HeldOutText } from '@usher/core/evaluation/model-gate';
import { crossFittedOutcomes, fitConfidence } from './confidence.ts';
import { documentsOf } from './documents.ts';
import { countGrams } from './features.ts';
import { figuresOf } from './figures.ts';
import { hasEnoughOutcomes, judge } from './judge.ts';
import { placeOfLargest } from './probabilities.ts';
import { type CountedDocument, learn, type LearnOptions } from './learn.ts';
import { type LocalModel, rankMargins } from './model.ts';
import { idOf, serialise } from './serialise.ts';

/** Examples up to which pieces of words are features; above, there are words enough, and pieces would take minutes. */
const MOST_WITH_CHARACTERS = 50_000;

/**
 * Learns a model from labelled examples (oldest first) and the taxonomy, whose starter examples needn't be among them, and
 * judges it on texts held out. Promises the same model for the same input; takes seconds for tens of thousands of
 * examples, so call it in a thread of its own.
 */
export function trainLocalModel(
  examples: readonly Example[],
  taxonomy: Taxonomy,
  { seed }: { seed: number },
): LocalModel {
  return trainAndJudge(examples, taxonomy, { seed }).model;
}

/** What a model comes with: of thousands of texts a part is judged on, which is enough for thresholds. */
export interface JudgedModel {
  model: LocalModel;
  /** What became of each text that the model was judged on. */
  heldOut: HeldOutText[];
  /** How the categories ranked for an example (by its place) while it was held out of training; null where it never was. */
  rankHeldOut: (example: number) => Alternative[] | null;
}

/** The same model, with what became of each text that it was judged on. */
export function trainAndJudge(
  examples: readonly Example[],
  taxonomy: Taxonomy,
  { seed }: { seed: number },
): JudgedModel {
  const texts = documentsOf(examples, taxonomy);
  const categories = taxonomy.categories.map(({ key }) => key);
  const options: LearnOptions = { categories, readsCharacters: examples.length <= MOST_WITH_CHARACTERS, seed };
  const documents = texts.map((text) => ({ ...text, grams: countGrams(text.words, options) }));
  const judged = judge(documents, options);
  const isFromOutcomes = hasEnoughOutcomes(documents);
  const confidence = fitConfidence(judged, {
    texts: categories.map((category) => differentTexts(documents, category)),
    hasEnoughOutcomes: isFromOutcomes,
  });
  const figures = figuresOf(judged, { confidence, isFromOutcomes });
  const model = { ...learn(documents, options), confidence, figures };
  const outcomes = crossFittedOutcomes(judged, confidence);
  const heldOut = judged.flatMap(({ example, label, margins }, at): HeldOutText[] => {
    const [given = '', actual = ''] = [categories[placeOfLargest(margins)], categories[label]];
    return outcomes.slice(at, at + 1).map((outcome) => ({ ...outcome, example, given, actual }));
  });
  const margins = new Map(judged.map((one) => [one.example, one.margins]));
  const rankHeldOut = (example: number) => {
    const known = margins.get(example);
    return known === undefined ? null : rankMargins(categories, known, confidence);
  };
  return { model: { id: idOf(serialise(model)), ...model }, heldOut, rankHeldOut };
}

function differentTexts(documents: readonly CountedDocument[], category: string): number {
  const own = documents.filter((document) => document.category === category && document.origin !== 'about');
  return new Set(own.map(({ key }) => key)).size;
}
