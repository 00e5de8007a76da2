import { labelsOf } from '@usher/cli/evaluation/labels';
import { knownTickets } from '@usher/cli/evaluation/learn';
import { judgementOf, predictAll } from '@usher/cli/evaluation/predict';
import { outcomeOf, shareOf } from '@usher/core/evaluation/outcome';
import { DEFAULT_THRESHOLD } from '@usher/core/release';
import { trainLocalModel } from '@usher/engines/local/train';
import { type Finding, fromShare, peer } from '../benchmark.ts';
import type { DataSet } from './data-sets.ts';
import { SEED } from './study.ts';

const MOST_WRONG = 0.1;

/** Share of wrong ones among what is routed by a model that knows nothing but the categories' names. */
export function measureColdStart({ name, train, test }: DataSet): Finding {
  const labels = labelsOf(train);
  const model = trainLocalModel([], labels.taxonomy, { seed: SEED });
  const outcomes = predictAll(model, knownTickets(test, labels)).predicted.map(judgementOf).map(outcomeOf);
  const routed = outcomes.filter(({ confidence }) => (confidence ?? 0) >= DEFAULT_THRESHOLD);
  const wrong = shareOf(routed, ({ isRight }) => !isRight);
  const ifAllWere = shareOf(outcomes, ({ isRight }) => !isRight);
  return {
    figure: `${name} cold start, wrong among routed`,
    ...fromShare(wrong),
    goal: { atMost: MOST_WRONG },
    peers: [peer('routing all', ifAllWere)],
    note: `routes ${routed.length} of ${outcomes.length} at ${DEFAULT_THRESHOLD}`,
  };
}
