import { z } from 'zod';
import { Estimate, estimateCells, shareEstimate, tooLittle } from './estimate.ts';
import { Basis, estimateColumns, NotCounted, type Report } from './report.ts';

/** Predictions of about the same confidence. */
export interface ConfidenceBin {
  /** Of fifteen bins of equal width, from 0. */
  bin: number;
  n: number;
  correct: number;
  /** What the confidences add up to. */
  confidence: number;
}

const BINS = 15;

/** Below so many predictions, an expected calibration error is mostly chance. */
const FEWEST = 100;

const RESAMPLES = 400;

const Series = z.object({
  basis: Basis,
  n: z.number().int(),
  ece: Estimate.describe('Expected calibration error over fifteen bins, 0 to 1; needs 100 predictions.'),
  bins: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      n: z.number().int(),
      confidence: z.number().describe('Mean confidence of the bin.'),
      accuracy: Estimate.describe('Share that came out right.'),
    }),
  ),
});

/** Whether stated confidence is how often predictions are right, on each basis of truth. */
export const CalibrationReport = z.object({ series: z.array(Series), not_counted: NotCounted, note: z.string() });
export type CalibrationReport = z.infer<typeof CalibrationReport>;

const BIAS =
  'assumed: silence counts as right, so accuracy is at most as shown. judged: what people looked at, which is more often ' +
  'what was wrong. audit: blind reviews of automated decisions, which have neither bias.';

/** Adds up the calibration report. `random` gives numbers in [0, 1). */
export function calibrationReport(
  counts: Readonly<Record<Basis, readonly ConfidenceBin[]>>,
  { random, notCounted }: { random: () => number; notCounted: number },
): Report<CalibrationReport> {
  const series = Basis.options.map((basis) => seriesOf(basis, counts[basis], random));
  return { document: { series, not_counted: notCounted, note: BIAS }, tables: tablesOf(series), note: BIAS };
}

function tablesOf(series: CalibrationReport['series']): Report<unknown>['tables'] {
  return {
    bins: {
      columns: [
        ['basis', 'text'],
        ['from', 'number'],
        ['to', 'number'],
        ['n', 'count'],
        ['confidence', 'share'],
        ...estimateColumns('accuracy', 'share'),
      ],
      rows: series.flatMap(({ basis, bins }) =>
        bins.map(({ from, to, n, confidence, accuracy }) => [
          basis,
          from,
          to,
          n,
          confidence,
          ...estimateCells(accuracy),
        ]),
      ),
    },
    ece: {
      columns: [['basis', 'text'], ...estimateColumns('ece', 'share'), ['n', 'count']],
      rows: series.map(({ basis, ece }) => [basis, ...estimateCells(ece), ece.n]),
    },
  };
}

function seriesOf(basis: Basis, counts: readonly ConfidenceBin[], random: () => number) {
  const bins = counts.filter(({ n }) => n > 0).sort((a, b) => a.bin - b.bin);
  return {
    basis,
    n: bins.reduce((sum, { n }) => sum + n, 0),
    ece: errorEstimate(bins, random),
    bins: bins.map(({ bin, n, correct, confidence }) => ({
      from: bin / BINS,
      to: (bin + 1) / BINS,
      n,
      confidence: confidence / n,
      accuracy: shareEstimate(correct, n),
    })),
  };
}

/**
 * The expected calibration error (Naeini et al., AAAI 2015) with the basic bootstrap's interval (Davison and Hinkley, 1997, 5.2),
 * which takes out what chance alone adds on few predictions; each bin is drawn anew from its own share of right ones.
 */
function errorEstimate(bins: readonly ConfidenceBin[], random: () => number): Estimate {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  if (n < FEWEST) return tooLittle(n);
  const error = (corrects: readonly number[]) =>
    bins.reduce((sum, bin, at) => sum + Math.abs(bin.confidence - (corrects[at] ?? 0)), 0) / n;
  const value = error(bins.map(({ correct }) => correct));
  const errors = Array.from({ length: RESAMPLES }, () => error(bins.map((bin) => drawnCorrect(bin, random))));
  errors.sort((a, b) => a - b);
  const quantile = (share: number) => errors[Math.round(share * (RESAMPLES - 1))] ?? value;
  return { value, low: Math.max(0, 2 * value - quantile(0.975)), high: Math.max(0, 2 * value - quantile(0.025)), n };
}

/** How many of n come out right by chance at this share: the binomial, by its normal approximation. */
function drawnCorrect({ n, correct }: ConfidenceBin, random: () => number): number {
  const share = (correct + 0.5) / (n + 1);
  const drawn = correct + standardNormal(random) * Math.sqrt(n * share * (1 - share));
  return Math.min(n, Math.max(0, Math.round(drawn)));
}

/** From two uniform numbers (Box and Muller, 1958). */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
