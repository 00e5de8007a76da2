import { z } from 'zod';
import { Estimate, estimateCells, shareEstimate } from './estimate.ts';
import { estimateColumns, NotCounted, type Report } from './report.ts';

/** Predictions of about the same confidence, and those of them whose truth is known without the prediction having had a say. */
export interface RiskBin {
  /** Of fifteen bins of equal width, from 0. */
  bin: number;
  n: number;
  known: number;
  wrong: number;
}

const BINS = 15;

/** What automating from one confidence upwards comes to: how much of the work, and how often wrong. */
export const RiskReport = z.object({
  n: z.number().int().describe('Predictions with a confidence.'),
  known: z.number().int().describe('Of them, those whose truth is known without bias.'),
  lines: z.array(
    z.object({
      threshold: z.number().min(0).max(1).describe('Least confidence that is automated.'),
      automated: Estimate.describe('Share of the predictions that reach it.'),
      wrong: Estimate.describe('Share of wrong ones among the known that reach it.'),
    }),
  ),
  not_counted: NotCounted,
  note: z.string(),
});
export type RiskReport = z.infer<typeof RiskReport>;

const NOTE =
  'Known are blind audits of automated decisions, and what people decided of the others. Below the threshold in force the latter are ' +
  'the greater part, and more often wrong: the share of wrong ones is rather less than shown there.';

/** The risk at each coverage (El-Yaniv and Wiener, JMLR 2010), in fifteen steps of confidence, the lowest first. */
export function riskReport(bins: readonly RiskBin[], notCounted: number): Report<RiskReport> {
  const sum = (counted: readonly RiskBin[], of: 'n' | 'known' | 'wrong') =>
    counted.reduce((total, bin) => total + bin[of], 0);
  const n = sum(bins, 'n');
  const lines = Array.from({ length: BINS }, (_, from) => {
    const reached = bins.filter(({ bin }) => bin >= from);
    const wrong = shareEstimate(sum(reached, 'wrong'), sum(reached, 'known'));
    return { threshold: from / BINS, automated: shareEstimate(sum(reached, 'n'), n), wrong };
  }).filter(({ automated }) => (automated.value ?? 0) > 0);
  const document = { n, known: sum(bins, 'known'), lines, not_counted: notCounted, note: NOTE };
  return { document, tables: { steps: tableOf(document) }, note: NOTE };
}

function tableOf({ lines }: RiskReport): Report<unknown>['tables'][string] {
  return {
    columns: [
      ['threshold', 'number'],
      ...estimateColumns('automated', 'share'),
      ...estimateColumns('wrong', 'share'),
      ['known', 'count'],
    ],
    rows: lines.map(({ threshold, automated, wrong }) => [
      threshold,
      ...[automated, wrong].flatMap(estimateCells),
      wrong.n,
    ]),
  };
}
