import { knownTickets, type KnownTicket, type Learnt } from '@usher/cli/evaluation/learn';
import { lookupWords } from '@usher/engines/local/words';
import { judgementOf, predictAll } from '@usher/cli/evaluation/predict';
import { auroc } from '@usher/core/evaluation/auroc';
import { type Finding, peer } from '../benchmark.ts';
import type { DataSet } from './data-sets.ts';
import type { Studied } from './study.ts';

const LEAST_AREA = 0.95;

/** How well confidence tells texts of the learnt categories from texts that belong to none (area under the ROC curve). */
export function measureOutOfScope({ learnt, predicted, data }: Studied, strangers: DataSet): Finding {
  const outside = knownTickets(strangers.test, learnt.labels);
  const inside = predicted.map(({ ticket }) => ticket);
  const confidences = (tickets: readonly KnownTicket[]) =>
    predictAll(learnt.model, tickets).predicted.map((one) => judgementOf(one).confidence ?? 0);
  const similarities = (tickets: readonly KnownTicket[]) => tickets.map(({ text }) => similarityOf(learnt, text));
  const area = auroc(confidences(inside), confidences(outside));
  return {
    figure: `${data.name} out-of-scope AUROC`,
    value: area?.share ?? null,
    unit: 'share',
    interval: area && { low: area.low, high: area.high },
    n: inside.length + outside.length,
    goal: { atLeast: LEAST_AREA },
    peers: [peer('nearest neighbour', auroc(similarities(inside), similarities(outside)))],
    note: `${inside.length} in scope, ${outside.length} out of it`,
  };
}

function similarityOf({ index }: Learnt, text: KnownTicket['text']): number {
  const words = lookupWords(text);
  return (index.bestOfLabels(words)[0]?.score ?? 0) / Math.max(1, words.length);
}
