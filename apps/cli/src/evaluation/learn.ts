import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { Example } from '@usher/core/engine';
import type { Stated } from '@usher/core/evaluation/calibration-error';
import { indexTexts, type TextIndex } from '@usher/core/retrieval/text-index';
import type { TicketText } from '@usher/core/ticket';
import type { LocalModel } from '@usher/engines/local/model';
import { type JudgedModel, trainAndJudge } from '@usher/engines/local/train';
import { lookupWords } from '@usher/engines/local/words';
import { type Labels, labelsOf } from './labels.ts';
import type { LabelledTicket } from './lines.ts';

/** A ticket as engines read it, with the key of its category. */
export interface KnownTicket {
  id: string;
  text: TicketText;
  key: string;
  /** The key of its subcategory; null where it has none, or nobody said. */
  childKey: string | null;
}

/** Everything that comes of a training file. */
export interface Learnt {
  labels: Labels;
  model: LocalModel;
  /** What became of training texts that were held out of training. */
  heldOut: readonly Stated[];
  rankHeldOut: JudgedModel['rankHeldOut'];
  index: TextIndex;
  examples: readonly Example[];
  tickets: readonly KnownTicket[];
  /** Milliseconds that the local model took. */
  trainMs: number;
}

/** Learns the local model and an index of the texts. Takes seconds for tens of thousands, and holds up everything else meanwhile. */
export function learnFrom(train: readonly LabelledTicket[], { seed }: { seed: number }): Learnt {
  const labels = labelsOf(train);
  const tickets = knownTickets(train, labels);
  const examples = tickets.map(({ text, key, childKey: subcategory }) => ({
    ...text,
    category: key,
    subcategory,
    weight: 1,
  }));
  const startedAt = performance.now();
  const { model, heldOut, rankHeldOut } = trainAndJudge(examples, labels.taxonomy, { seed });
  const trainMs = performance.now() - startedAt;
  const index = indexTexts(tickets.map(({ text, key }) => ({ words: lookupWords(text), label: key })));
  return { labels, model, heldOut, rankHeldOut, index, examples, tickets, trainMs };
}

/** Tickets as the service would read them. */
export function knownTickets(tickets: readonly LabelledTicket[], { keyOf, childKeyOf }: Labels): KnownTicket[] {
  return tickets.map(({ id, category, subcategory, ...text }) => {
    const key = keyOf(category);
    const childKey = subcategory === null ? null : childKeyOf(key, subcategory);
    return { id, text: readableTicket(text), key, childKey };
  });
}
