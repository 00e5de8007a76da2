import { dealFolds, FOLDS } from './folds.ts';
import { vectorise } from './features.ts';
import { marginsOf } from './head.ts';
import { type CountedDocument, learn, type Learnt, type LearnOptions } from './learn.ts';
import type { HeldOut } from './probabilities.ts';

/** Outcomes from which on a confidence counts as calibrated, and the taxonomy's starter examples are no longer judged on. */
export const ENOUGH_OUTCOMES = 200;

/** Judged texts that suffice; further folds would only take time. */
const PLENTY = 5_000;

/** A text as a model sees it that never saw the text. */
export interface Judged extends HeldOut {
  /** The text's place among the given examples; null for a starter example. */
  example: number | null;
  /** The same for its subcategory, null when there is nothing to tell apart. */
  child: HeldOut | null;
}

/**
 * Margins of texts held out of training, a fifth at a time: of texts that a person labelled once there are 200 of them, before
 * that of the starter examples too. What the taxonomy says about itself and what an engine said are learnt from only.
 */
export function judge(documents: readonly CountedDocument[], options: LearnOptions): Judged[] {
  const folds = dealFolds(documents, options.seed);
  const isJudged = judgedOrigins(documents);
  const judged: Judged[] = [];
  for (let fold = 0; fold < FOLDS && judged.length < PLENTY; fold++) {
    const held = documents.filter((document, at) => folds[at] === fold && isJudged(document));
    if (held.length === 0) continue;
    const learnt = learn(
      documents.filter((_, at) => folds[at] !== fold),
      options,
    );
    judged.push(...held.map((document) => judgeOne(document, learnt)));
  }
  return judged;
}

/** Whether enough texts were labelled by people to say how often a confidence is right. */
export function hasEnoughOutcomes(documents: readonly CountedDocument[]): boolean {
  return documents.filter((document) => document.origin === 'outcome').length >= ENOUGH_OUTCOMES;
}

function judgedOrigins(documents: readonly CountedDocument[]): (document: CountedDocument) => boolean {
  const isEnough = hasEnoughOutcomes(documents);
  return ({ origin }) => origin === 'outcome' || (origin === 'starter' && !isEnough);
}

function judgeOne(document: CountedDocument, { vocabulary, head, children }: Learnt): Judged {
  const row = vectorise(document.grams, vocabulary);
  const childHead = children.get(document.category);
  const childLabel = childHead === undefined ? -1 : childHead.labels.indexOf(document.subcategory ?? '');
  return {
    example: document.example,
    margins: marginsOf(head, row),
    label: head.labels.indexOf(document.category),
    child: childHead === undefined || childLabel < 0 ? null : { margins: marginsOf(childHead, row), label: childLabel },
  };
}
