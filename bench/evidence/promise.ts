import { knownTickets } from '@usher/cli/evaluation/learn';
import { labelsOf } from '@usher/cli/evaluation/labels';
import type { LabelledTicket } from '@usher/cli/evaluation/lines';
import { judgementOf, predictAll } from '@usher/cli/evaluation/predict';
import { outcomeOf, shareOf } from '@usher/core/evaluation/outcome';
import { keepPromise, type KeptPromise } from '@usher/core/evaluation/promise';
import { randomFrom, shuffle } from '@usher/engines/local/random';
import { trainAndJudge } from '@usher/engines/local/train';
import { type Finding, fromShare, peer } from '../benchmark.ts';
import type { DataSet } from './data-sets.ts';
import { SEED } from './study.ts';

const RISK = 0.05;

/** A promise counts as kept up to so much above it. */
const LEEWAY = 0.01;

const SPLITS = 20;

/** Texts that each split learns from and is judged on, of any size of set: more would take hours rather than minutes. */
const LEARNT = 4_000;
const JUDGED = 2_000;

/** How often the promise of at most 5 % wrong is kept where it is made, over random splits of all texts of a set. */
export function measurePromise({ name, train, test }: DataSet): Finding {
  const texts = [...train, ...test];
  const splits = Array.from({ length: SPLITS }, (_, split) => judgeSplit(texts, split));
  const kept = splits.map(({ promise }) => promise);
  const offered = kept.filter(({ wrong }) => wrong !== null);
  const share = shareOf(offered, ({ wrong }) => (wrong ?? 0) <= RISK + LEEWAY);
  const worst = Math.max(0, ...offered.map(({ wrong }) => wrong ?? 0));
  const coverage = kept.reduce((sum, promise) => sum + promise.coverage, 0) / SPLITS;
  const size = `${LEARNT} learnt, ${JUDGED} judged a split`;
  const note = `offered in ${offered.length} of ${SPLITS} splits, worst ${percent(worst)} wrong, ${percent(coverage)} automated on average; ${size}`;
  return {
    figure: `${name} promise of ≤ 5 % wrong kept`,
    ...fromShare(share),
    goal: { atLeast: 19 / 20 },
    peers: [
      peer(
        'automating all',
        shareOf(splits, ({ all }) => all <= RISK + LEEWAY),
      ),
    ],
    note,
  };
}

/** What a promise came to on one random split, and the share that is wrong when everything is automated. */
function judgeSplit(texts: readonly LabelledTicket[], split: number): { promise: KeptPromise; all: number } {
  const order = Int32Array.from(texts.keys());
  shuffle(order, order.length, randomFrom(SEED + split));
  const drawn = [...order.subarray(0, LEARNT + JUDGED)].flatMap((at) => texts.slice(at, at + 1));
  const labels = labelsOf(drawn.slice(0, LEARNT));
  const tickets = knownTickets(drawn, labels);
  const examples = tickets
    .slice(0, LEARNT)
    .map(({ text, key }) => ({ ...text, category: key, subcategory: null, weight: 1 }));
  const { model, heldOut } = trainAndJudge(examples, labels.taxonomy, { seed: SEED });
  const outcomes = predictAll(model, tickets.slice(LEARNT)).predicted.map(judgementOf).map(outcomeOf);
  const all = shareOf(outcomes, ({ isRight }) => !isRight)?.share ?? 0;
  return { promise: keepPromise(RISK, { heldOut, outcomes }), all };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
