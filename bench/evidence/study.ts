import { compare, spread } from '@usher/cli/evaluation/compare';
import { knownTickets, type Learnt, learnFrom } from '@usher/cli/evaluation/learn';
import { lookupWords } from '@usher/engines/local/words';
import { judgementOf, type Predicted, predictAll } from '@usher/cli/evaluation/predict';
import type { Comparison } from '@usher/core/evaluation/evaluation';
import { type Judgement, type Outcome, outcomeOf } from '@usher/core/evaluation/outcome';
import { RETRIEVED } from '@usher/core/retrieval/choose-labels';
import type { DataSet } from './data-sets.ts';

export const SEED = 1;

/** Texts of the test that are looked up at most. */
const MOST_COMPARED = 5_000;

/** A set that was learnt and judged once. */
export interface Studied {
  data: DataSet;
  learnt: Learnt;
  predicted: readonly Predicted[];
  judgements: readonly Judgement[];
  outcomes: readonly Outcome[];
  comparisons: readonly (Comparison & { isAmongNearest: boolean })[];
  /** Processor seconds, whatever else the machine did meanwhile. */
  trainProcessorSeconds: number;
  /** Texts a second of processor time. */
  perProcessorSecond: number;
}

/** Learns a set and judges it on its own test. */
export function study(data: DataSet): Studied {
  const training = timed(() => learnFrom(data.train, { seed: SEED }));
  const learnt = training.result;
  const tickets = knownTickets(data.test, learnt.labels);
  predictAll(learnt.model, tickets.slice(0, 500));
  const predicting = timed(() => predictAll(learnt.model, tickets));
  const { predicted } = predicting.result;
  const judgements = predicted.map(judgementOf);
  const comparisons = spread(predicted, MOST_COMPARED).map((one) => ({
    ...compare(learnt, one, judgementOf(one)),
    isAmongNearest: nearestLabels(learnt, one).includes(one.ticket.key),
  }));
  return {
    data,
    learnt,
    predicted,
    judgements,
    outcomes: judgements.map(outcomeOf),
    comparisons,
    trainProcessorSeconds: training.seconds,
    perProcessorSecond: predicted.length / predicting.seconds,
  };
}

function nearestLabels({ index }: Learnt, { ticket }: Predicted): string[] {
  return index
    .bestOfLabels(lookupWords(ticket.text))
    .slice(0, RETRIEVED)
    .map(({ label }) => label);
}

function timed<Result>(work: () => Result): { result: Result; seconds: number } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}
