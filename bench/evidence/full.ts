import { bootstrapInterval } from '@usher/core/evaluation/bootstrap';
import { calibrationError } from '@usher/core/evaluation/calibration-error';
import { shareOf } from '@usher/core/evaluation/outcome';
import { randomFrom } from '@usher/engines/local/random';
import { type Finding, fromShare, peer } from '../benchmark.ts';
import { measureLeak } from './leak.ts';
import { SEED, type Studied } from './study.ts';

const MOST_CALIBRATION_ERROR = 0.02;

/** Accuracy, calibration, retrieval and leak check with all there is to learn from. */
export function measureFull(studied: Studied, goals: { accuracy: number; recallAt5: number | null }): Finding[] {
  const { data, outcomes, judgements, comparisons, learnt } = studied;
  const majority = shareOf(judgements, ({ actual }) => actual === learnt.labels.majority);
  const nearest = shareOf(comparisons, ({ isRight }) => isRight);
  const amongNearest = shareOf(comparisons, ({ isAmongNearest }) => isAmongNearest);
  return [
    {
      figure: `${data.name} accuracy`,
      ...fromShare(shareOf(outcomes, ({ isRight }) => isRight)),
      goal: { atLeast: goals.accuracy },
      peers: [peer('nearest neighbour', nearest), peer('majority', majority)],
    },
    calibration(studied),
    {
      figure: `${data.name} recall at 5`,
      ...fromShare(shareOf(comparisons, ({ isRetrieved }) => isRetrieved)),
      goal: goals.recallAt5 === null ? null : { atLeast: goals.recallAt5 },
      peers: [peer('by words alone', amongNearest)],
    },
    measureLeak(studied, { isExpected: false }),
  ];
}

function calibration({ data, outcomes, predicted }: Studied): Finding {
  const stated = outcomes.map(({ confidence, isRight }) => ({ confidence: confidence ?? 0, isRight }));
  const certain = stated.map(({ isRight }) => ({ confidence: 1, isRight }));
  return {
    figure: `${data.name} calibration error`,
    value: calibrationError(stated),
    unit: 'share',
    interval: bootstrapInterval(stated, calibrationError, randomFrom(SEED)),
    n: predicted.length,
    goal: { atMost: MOST_CALIBRATION_ERROR },
    peers: [{ name: 'always certain', value: calibrationError(certain) }],
  };
}
