import type { Finding } from '../benchmark.ts';
import type { Studied } from './study.ts';

const MOST_TRAIN_SECONDS = 15;
const LEAST_PER_SECOND = 5_000;

/** Texts from which on the time to learn has a goal. */
const MANY_TEXTS = 38_000;

/** How long learning took, and how many texts are read a second. */
export function measureSpeed({ data, learnt, predicted, ...times }: Studied): Finding[] {
  const n = data.train.length;
  const goal = n >= MANY_TEXTS ? { atMost: MOST_TRAIN_SECONDS } : null;
  const plain = { interval: null, peers: [] };
  return [
    {
      ...plain,
      figure: `${data.name} learning`,
      value: learnt.trainMs / 1_000,
      unit: 'seconds',
      n,
      goal,
      note: 'on the clock',
    },
    {
      ...plain,
      figure: `${data.name} learning, reading and indexing`,
      value: times.trainProcessorSeconds,
      unit: 'seconds',
      n,
      goal: null,
      note: 'of processor time',
    },
    {
      ...plain,
      figure: `${data.name} reading`,
      value: times.perProcessorSecond,
      unit: 'a second',
      n: predicted.length,
      goal: { atLeast: LEAST_PER_SECOND },
      note: 'of processor time, one core',
    },
  ];
}
