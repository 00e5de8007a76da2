import { z } from 'zod';
import { Estimate, estimateCells, f1Estimate, Interval, shareEstimate } from './estimate.ts';
import { type Basis, estimateColumns, NotCounted, type Report, TruthOrigin } from './report.ts';

/** Predictions that came out the same way. */
export interface OutcomeCell {
  predicted: string;
  /** Null while nobody said anything. */
  truth: string | null;
  origin: TruthOrigin | null;
  shadow: boolean;
  n: number;
}

/** What is known about predictions. */
export interface OutcomeCounts {
  cells: readonly OutcomeCell[];
  /** What blind audits said, whatever was said later. */
  audits: readonly OutcomeCell[];
  /** Automated decisions that were drawn for blind review, and those of them that wait for it. */
  drawn: number;
  waiting: number;
}

const simple = {
  total: z.number().int().describe('Predictions.'),
  correct: z.number().int().describe('Of them, those that nobody corrected to another category.'),
  accuracy: z.number().min(0).max(1).nullable().describe('Null when there is nothing to count.'),
  interval: Interval.nullable().describe('95 % interval of the accuracy.'),
};

/** How often predictions were right, as far as it is known. */
export const AccuracyReport = z.object({
  ...simple,
  by_category: z.array(
    z.object({
      category: z.string(),
      ...simple,
      precision: Estimate.describe('Share of the predictions of this category that are right.'),
      recall: Estimate.describe('Share of the tickets that really are of this category that were predicted so.'),
      f1: Estimate,
    }),
  ),
  audited: Estimate.extend({
    drawn: z.number().int(),
    waiting: z.number().int().describe('Of all sources and days.'),
  }).describe('Accuracy among automated decisions that were reviewed blindly.'),
  judged: Estimate.describe('Accuracy among predictions about which somebody said something.'),
  by_origin: z.array(Estimate.extend({ origin: TruthOrigin })).describe('The same, by who said it.'),
  shadow: z.object(simple).describe('The part of the predictions that was made in shadow mode.'),
  basis: z.string(),
  confusion: z
    .array(z.object({ predicted: z.string(), truth: z.string(), n: z.number().int() }))
    .describe('List the tickets of a cell with GET /v1/tickets?predicted=…&truth=…'),
  baselines: z.object({
    majority: Estimate.extend({ category: z.string().nullable() }).describe('Always the most frequent category.'),
    nearest_neighbour: Estimate.describe(
      'Always the category of the most similar labelled ticket, out of fold, on the labelled tickets of the local model.',
    ),
  }),
  not_counted: NotCounted,
  note: z.string(),
});
export type AccuracyReport = z.infer<typeof AccuracyReport>;

const BIAS =
  'Accuracy here is the share of predictions that nobody corrected. Uncorrected is not the same as correct: ' +
  'a wrong ticket that nobody looked at counts as right. Blind audits have no such bias, and speak of automated decisions only.';

export interface AccuracyOptions {
  basis: Basis;
  nearestNeighbour: Estimate;
  notCounted: number;
}

/** Adds up the accuracy report. */
export function accuracyReport(counts: OutcomeCounts, options: AccuracyOptions): Report<AccuracyReport> {
  const { cells, audits, drawn, waiting } = counts;
  const { basis } = options;
  const pairs = pairsOf(counts, basis);
  const judged = cells.filter(({ truth }) => truth !== null);
  const document: AccuracyReport = {
    ...simpleOf(cells),
    by_category: keysOf([...cells.map(({ predicted }) => predicted), ...pairs.map(({ truth }) => truth)]).map(
      (category) => ({
        category,
        ...simpleOf(cells.filter((cell) => cell.predicted === category)),
        ...retrievalOf(pairs, category),
      }),
    ),
    audited: { ...accuracyOf(audits), drawn, waiting },
    judged: accuracyOf(judged),
    by_origin: TruthOrigin.options.map((origin) => ({
      origin,
      ...accuracyOf(origin === 'audit' ? audits : judged.filter((cell) => cell.origin === origin)),
    })),
    shadow: simpleOf(cells.filter((cell) => cell.shadow)),
    basis,
    confusion: pairs,
    baselines: { majority: majorityOf(pairs), nearest_neighbour: options.nearestNeighbour },
    not_counted: options.notCounted,
    note: BIAS,
  };
  return { document, tables: tablesOf(document), note: BIAS };
}

interface Pair {
  predicted: string;
  truth: string;
  n: number;
}

/** Predictions beside the truth, as far as the basis knows one. */
function pairsOf({ cells, audits }: OutcomeCounts, basis: Basis): Pair[] {
  const counts = new Map<string, Pair>();
  for (const { predicted, truth, n } of basis === 'audit' ? audits : cells) {
    const actual = truth ?? (basis === 'assumed' ? predicted : null);
    if (actual === null || n === 0) continue;
    const key = `${predicted} ${actual}`;
    counts.set(key, { predicted, truth: actual, n: n + (counts.get(key)?.n ?? 0) });
  }
  return [...counts.values()].sort((a, b) => a.predicted.localeCompare(b.predicted) || a.truth.localeCompare(b.truth));
}

function simpleOf(cells: readonly OutcomeCell[]) {
  const total = sum(cells);
  const correct = sum(cells.filter(({ predicted, truth }) => truth === null || truth === predicted));
  const { value, low, high } = shareEstimate(correct, total);
  return { total, correct, accuracy: value, interval: low === null || high === null ? null : { low, high } };
}

function accuracyOf(cells: readonly OutcomeCell[]): Estimate {
  return shareEstimate(sum(cells.filter(({ predicted, truth }) => truth === predicted)), sum(cells));
}

function retrievalOf(pairs: readonly Pair[], category: string) {
  const predicted = sum(pairs.filter((pair) => pair.predicted === category));
  const actual = sum(pairs.filter((pair) => pair.truth === category));
  const hits = sum(pairs.filter((pair) => pair.predicted === category && pair.truth === category));
  return {
    precision: shareEstimate(hits, predicted),
    recall: shareEstimate(hits, actual),
    f1: f1Estimate({ hits, predicted, actual }),
  };
}

function majorityOf(pairs: readonly Pair[]): Estimate & { category: string | null } {
  const categories = keysOf(pairs.map(({ truth }) => truth));
  const sizes = categories.map((category) => ({ category, n: sum(pairs.filter(({ truth }) => truth === category)) }));
  const largest = sizes.sort((a, b) => b.n - a.n)[0];
  return { category: largest?.category ?? null, ...shareEstimate(largest?.n ?? 0, sum(pairs)) };
}

function tablesOf(document: AccuracyReport): Report<unknown>['tables'] {
  const { by_category, confusion, by_origin, judged } = document;
  const counts = [['total', 'count'], ['correct', 'count'], ...estimateColumns('accuracy', 'share')] as const;
  const estimates = ['precision', 'recall', 'f1'].flatMap((name) => estimateColumns(name, 'share'));
  const simpleCells = ({ total, correct, accuracy, interval }: Simple) => [
    total,
    correct,
    accuracy,
    interval?.low ?? null,
    interval?.high ?? null,
  ];
  const originRow = (origin: string, estimate: Estimate) => [origin, ...estimateCells(estimate), estimate.n];
  return {
    categories: {
      columns: [['category', 'text'], ...counts, ...estimates],
      rows: [
        ...by_category.map((line) => [
          line.category,
          ...simpleCells(line),
          ...[line.precision, line.recall, line.f1].flatMap(estimateCells),
        ]),
        ['all', ...simpleCells(document), ...estimates.map(() => null)],
      ],
    },
    origins: {
      columns: [['origin', 'text'], ...estimateColumns('accuracy', 'share'), ['n', 'count']],
      rows: [originRow('any', judged), ...by_origin.map(({ origin, ...estimate }) => originRow(origin, estimate))],
    },
    confusion: {
      columns: [
        ['predicted', 'text'],
        ['truth', 'text'],
        ['n', 'count'],
      ],
      rows: confusion.map(({ predicted, truth, n }) => [predicted, truth, n]),
    },
    baselines: {
      columns: [['baseline', 'text'], ...estimateColumns('accuracy', 'share'), ['n', 'count']],
      rows: Object.entries(document.baselines).map(([name, estimate]) => originRow(name, estimate)),
    },
  };
}

type Simple = Pick<AccuracyReport, 'total' | 'correct' | 'accuracy' | 'interval'>;

function keysOf(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort();
}

function sum(counted: readonly { n: number }[]): number {
  return counted.reduce((total, { n }) => total + n, 0);
}
