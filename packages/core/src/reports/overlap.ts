import { z } from 'zod';
import { Estimate, estimateCells, shareEstimate } from './estimate.ts';
import { estimateColumns, type Report } from './report.ts';

/** A labelled text beside what the local model said of it, not having seen it. */
export interface ComparedText {
  actual: string;
  given: string;
}

/** Categories that are taken for each other most often: their descriptions, or their borders, may be unclear. */
export const OverlapReport = z.object({
  /** Labelled texts that were compared. */
  n: z.number().int(),
  pairs: z.array(
    z.object({
      categories: z.tuple([z.string(), z.string()]),
      confused: Estimate.describe(
        'Share of the texts of either category that were taken for the other; n is how many.',
      ),
      first_as_second: z.number().int(),
      second_as_first: z.number().int(),
    }),
  ),
  note: z.string(),
});
export type OverlapReport = z.infer<typeof OverlapReport>;

const NOTE =
  'By what the local model in force said of labelled texts that were held out of its training. Categories may also be confused ' +
  'because they are rare.';

/** The pairs that are confused most often, most often first. */
export function overlapReport(texts: readonly ComparedText[], limit: number): Report<OverlapReport> {
  const sizes = Map.groupBy(texts, ({ actual }) => actual);
  const confused = Map.groupBy(
    texts.filter(({ actual, given }) => actual !== given),
    ({ actual, given }) => (actual < given ? `${actual} ${given}` : `${given} ${actual}`),
  );
  const pairs = [...confused].flatMap(([key, own]) => {
    const [first = '', second = ''] = key.split(' ');
    const n = (sizes.get(first)?.length ?? 0) + (sizes.get(second)?.length ?? 0);
    const firstAsSecond = own.filter(({ actual }) => actual === first).length;
    return {
      categories: [first, second] satisfies [string, string],
      confused: shareEstimate(own.length, n),
      first_as_second: firstAsSecond,
      second_as_first: own.length - firstAsSecond,
    };
  });
  // By what is certain, so that one text of two says less than thirty of a hundred.
  pairs.sort((a, b) => (b.confused.low ?? 0) - (a.confused.low ?? 0));
  const document = { n: texts.length, pairs: pairs.slice(0, limit), note: NOTE };
  return { document, tables: { pairs: tableOf(document) }, note: NOTE };
}

function tableOf({ pairs }: OverlapReport): Report<unknown>['tables'][string] {
  return {
    columns: [
      ['first', 'text'],
      ['second', 'text'],
      ...estimateColumns('confused', 'share'),
      ['n', 'count'],
      ['first_as_second', 'count'],
      ['second_as_first', 'count'],
    ],
    rows: pairs.map(({ categories, confused, first_as_second, second_as_first }) => [
      ...categories,
      ...estimateCells(confused),
      confused.n,
      first_as_second,
      second_as_first,
    ]),
  };
}
