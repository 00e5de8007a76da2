import { setTimeout } from 'node:timers/promises';
import { predictAll } from '@usher/cli/evaluation/predict';
import { trainInThread } from '@usher/engines/local/train-in-thread';
import type { Finding } from '../benchmark.ts';
import { quantile } from '../load/open.ts';
import { SEED, type Studied } from './study.ts';

/** Tickets that arrive in a second, evenly spaced, and for how many milliseconds without any learning. */
const RATE = 100;
const ALONE_MS = 5_000;

/** Reading a ticket may take so many milliseconds longer, at the 99th of 100, while the same process learns. */
const MOST_LONGER_MS = 25;

/** What a worker's tickets notice of its learning: both are in one process, in threads of their own. */
export async function measureBesideLearning(studied: Studied): Promise<Finding> {
  const alone = await readUntil(studied, setTimeout(ALONE_MS));
  const { examples, labels } = studied.learnt;
  const beside = await readUntil(studied, trainInThread(examples, labels.taxonomy, { seed: SEED }));
  const [before, during] = [quantile(alone, 0.99), quantile(beside, 0.99)];
  return {
    figure: `${studied.data.name} reading, 99th of 100, longer while learning than alone`,
    value: during - before,
    unit: 'milliseconds',
    interval: null,
    n: beside.length,
    goal: { atMost: MOST_LONGER_MS },
    peers: [],
    note: `${before.toFixed(1)} ms alone (n ${alone.length}), ${during.toFixed(1)} ms while learning; from the intended moment, ${RATE} a second`,
  };
}

/** Milliseconds from each ticket's intended moment until it was read, ascending, up to the end of something else. */
async function readUntil({ learnt, data }: Studied, something: Promise<unknown>): Promise<number[]> {
  const over = new AbortController();
  const ended = something.finally(() => over.abort());
  const taken: number[] = [];
  const begun = performance.now();
  for (let at = 0; !over.signal.aborted; at += 1) {
    const intended = begun + (at * 1_000) / RATE;
    await setTimeout(Math.max(0, intended - performance.now()));
    const ticket = learnt.tickets[at % learnt.tickets.length];
    if (ticket === undefined) throw new Error(`${data.name} has no text`);
    predictAll(learnt.model, [ticket]);
    taken.push(performance.now() - intended);
  }
  await ended;
  return taken.toSorted((a, b) => a - b);
}
