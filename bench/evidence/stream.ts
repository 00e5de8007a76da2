import { labelsOf } from '@usher/cli/evaluation/labels';
import { knownTickets, type KnownTicket } from '@usher/cli/evaluation/learn';
import { decide } from '@usher/core/decide';
import type { Example } from '@usher/core/engine';
import { type CountedShare, shareOf } from '@usher/core/evaluation/outcome';
import { suspectLabellers } from '@usher/core/labellers';
import { DEFAULT_THRESHOLD } from '@usher/core/release';
import type { Taxonomy } from '@usher/core/taxonomy';
import { createLocalEngine } from '@usher/engines/local';
import type { LocalModel } from '@usher/engines/local/model';
import { randomFrom, shuffle } from '@usher/engines/local/random';
import { trainAndJudge } from '@usher/engines/local/train';
import { type Finding, fromShare, peer } from '../benchmark.ts';
import type { DataSet } from './data-sets.ts';
import { SEED } from './study.ts';

const TICKETS = 10_000;

/** The end of the stream, over which accuracy is counted. */
const LAST = 1_000;

/** Learns again when labels grew so much: more seldom than in service, to bound the time. */
const GROWTH = 1.3;
const FIRST_LABELS = 50;

const LABELLERS = ['ana', 'ben', 'cleo', 'dora', 'eve'];

/** Weight of a flagged labeller's examples, as in service. */
const UNTRUSTED = 0.001;

const RULES = { thresholds: { all: DEFAULT_THRESHOLD, byCategory: {} }, mode: 'auto' } as const;

/** What the local engine is asked with beside the ticket. */
const ASKED = {
  caller: { key: 'bench', lane: 'bulk', sourceId: null },
  examples: [],
  mayWait: true,
  signal: new AbortController().signal,
} as const;

interface Stream {
  tickets: readonly KnownTicket[];
  taxonomy: Taxonomy;
}

interface People {
  /** Whether anybody labels what is triaged or went wrong. */
  correct: boolean;
  /** Who gives a wrong label every time; null where all are honest. */
  liar: string | null;
}

interface Streamed {
  /** How often the last thousand were predicted right. */
  accuracy: CountedShare | null;
  labels: number;
  flagged: string[];
}

/**
 * Ten thousand tickets one after the other, from the categories' names alone. People label what is triaged and what was routed
 * wrongly; the local model learns from that, or not, or one of five people lies.
 */
export async function measureStream(data: DataSet): Promise<Finding[]> {
  const stream = open(data);
  const off = await run(stream, { correct: false, liar: null });
  const on = await run(stream, { correct: true, liar: null });
  const lied = await run(stream, { correct: true, liar: 'eve' });
  return [gain(data, on, off), loss(data, on, lied)];
}

function open({ train, test }: DataSet): Stream {
  const all = [...train, ...test];
  const order = Int32Array.from(all.keys());
  shuffle(order, order.length, randomFrom(SEED));
  const drawn = [...order.subarray(0, TICKETS)].flatMap((at) => all.slice(at, at + 1));
  const labels = labelsOf(train);
  return { tickets: knownTickets(drawn, labels), taxonomy: labels.taxonomy };
}

async function run({ tickets, taxonomy }: Stream, people: People): Promise<Streamed> {
  let { model } = trainAndJudge([], taxonomy, { seed: SEED });
  const engine = createLocalEngine({ model: () => model });
  const taught: (Example & { by: string })[] = [];
  const flagged = new Set<string>();
  const rights: boolean[] = [];
  let learnAt = FIRST_LABELS;
  for (const [at, ticket] of tickets.entries()) {
    const answer = await engine.suggest({ ...ASKED, ticket: ticket.text, taxonomy });
    const { action, category } = decide(answer, { ...RULES, taxonomy });
    rights.push(category === ticket.key);
    if (!people.correct || (action === 'route' && category === ticket.key)) continue;
    const by = LABELLERS[at % LABELLERS.length] ?? '';
    const label = by === people.liar ? lieAbout(ticket, taxonomy, at) : ticket.key;
    taught.push({ ...ticket.text, category: label, subcategory: null, weight: 1, by });
    if (taught.length < learnAt) continue;
    learnAt = taught.length * GROWTH;
    model = learn(taught, taxonomy, flagged);
  }
  return { accuracy: shareOf(rights.slice(-LAST), (isRight) => isRight), labels: taught.length, flagged: [...flagged] };
}

/** Learns, and once more without those who were found out by it. */
function learn(taught: readonly (Example & { by: string })[], taxonomy: Taxonomy, flagged: Set<string>): LocalModel {
  const weighed = taught.map(({ by, ...example }) => ({ ...example, weight: flagged.has(by) ? UNTRUSTED : 1 }));
  const { model, heldOut } = trainAndJudge(weighed, taxonomy, { seed: SEED });
  const labels = heldOut.flatMap(({ example, confidence, isRight }) => {
    const labeller = example === null ? undefined : taught[example]?.by;
    return labeller === undefined ? [] : [{ labeller, confidence, agrees: isRight }];
  });
  const found = [...suspectLabellers(labels).keys()].filter((name) => !flagged.has(name));
  if (found.length === 0) return model;
  for (const name of found) flagged.add(name);
  return learn(taught, taxonomy, flagged);
}

/** Any label but the right one, each as likely. */
function lieAbout({ key }: KnownTicket, { categories }: Taxonomy, at: number): string {
  const wrong = categories.filter((category) => category.key !== key);
  return wrong[Math.floor(randomFrom(SEED + at)() * wrong.length)]?.key ?? key;
}

function gain({ name }: DataSet, on: Streamed, off: Streamed): Finding {
  return {
    figure: `${name} stream, points won by corrections`,
    ...difference(on.accuracy, off.accuracy),
    goal: { atLeast: 0.1 },
    peers: [peer('with', on.accuracy), peer('without', off.accuracy)],
    note: `last ${LAST} of ${TICKETS} tickets, the same in both; ${on.labels} labels came by; started from names alone`,
  };
}

function loss({ name }: DataSet, honest: Streamed, lied: Streamed): Finding {
  return {
    figure: `${name} stream, points lost to one liar in five`,
    ...difference(honest.accuracy, lied.accuracy),
    goal: { atMost: 0.02 },
    peers: [peer('all honest', honest.accuracy), peer('one lies', lied.accuracy)],
    note: `flagged: ${lied.flagged.join(', ') || 'nobody'}; without lies: ${honest.flagged.join(', ') || 'nobody'}`,
  };
}

/** Newcombe's interval for a difference of shares (1998, method 10), as if the two were not of the same tickets: too wide rather than not. */
function difference(
  one: CountedShare | null,
  other: CountedShare | null,
): Pick<Finding, 'value' | 'unit' | 'interval' | 'n'> {
  if (one === null || other === null) return { ...fromShare(null) };
  const value = one.share - other.share;
  const low = value - Math.hypot(one.share - one.low, other.high - other.share);
  const high = value + Math.hypot(one.high - one.share, other.share - other.low);
  return { value, unit: 'share', interval: { low, high }, n: one.n };
}
