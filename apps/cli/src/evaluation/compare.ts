import type { Example } from '@usher/core/engine';
import type { Comparison } from '@usher/core/evaluation/evaluation';
import { NEARLY_SAME } from '@usher/core/evaluation/leak';
import type { Judgement } from '@usher/core/evaluation/outcome';
import { chooseLabels } from '@usher/core/retrieval/choose-labels';
import { overlap } from '@usher/core/retrieval/text-index';
import { lookupWords } from '@usher/engines/local/words';
import type { KnownTicket, Learnt } from './learn.ts';
import type { Predicted } from './predict.ts';

/** Matches that are looked at for a text that is nearly the same. */
const MATCHES = 3;

/** Looks a ticket of the test up among the texts learnt from. */
export function compare(
  { index, tickets }: Pick<Learnt, 'index' | 'tickets'>,
  predicted: Predicted,
  judgement: Judgement,
): Comparison {
  const words = lookupWords(predicted.ticket.text);
  const matches = index.bestOfLabels(words);
  const labels = matches.map(({ label }) => label);
  return {
    isNearlySame: matches.slice(0, MATCHES).some(({ place }) => isNearlySame(tickets[place], words)),
    isRight: labels[0] === judgement.actual,
    isEngineRight: judgement.given === judgement.actual,
    isRetrieved: chooseLabels(rankedLabels(predicted), labels).includes(judgement.actual),
  };
}

function isNearlySame(known: KnownTicket | undefined, words: readonly string[]): boolean {
  return known !== undefined && overlap(lookupWords(known.text), words) >= NEARLY_SAME;
}

/** The examples that a prompt about a ticket shows: one of each label that may be right. */
export function retrieveExamples({ index, examples }: Learnt, predicted: Predicted): Example[] {
  const matches = index.bestOfLabels(lookupWords(predicted.ticket.text));
  const places = new Map(matches.map(({ label, place }) => [label, place]));
  const labels = chooseLabels(rankedLabels(predicted), [...places.keys()]);
  return labels.flatMap((label) => examples[places.get(label) ?? -1] ?? []);
}

function rankedLabels({ prediction }: Predicted): string[] {
  return prediction?.ranked.map(({ category }) => category) ?? [];
}

/** At most so many of the items, evenly spread and in their order. */
export function spread<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.max(1, items.length / most);
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, at) => Math.floor(at * step)).flatMap((at) => items.slice(at, at + 1));
}
