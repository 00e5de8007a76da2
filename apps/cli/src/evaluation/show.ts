import type { CalibratorFigures, CascadeFigures } from '@usher/core/evaluation/calibrated-cascade';
import type { Evaluation } from '@usher/core/evaluation/evaluation';
import type { KeptPromise } from '@usher/core/evaluation/promise';
import type { Estimate } from '@usher/core/reports/estimate';
import { wilson } from '@usher/core/wilson';
import { table } from '../screen.ts';

/** Below so many texts a figure that is no share, and so has no interval, is said to rest on too little. */
const FEW = 100;

/** An evaluation for people: every share with its 95 % interval and n. */
export function showEvaluation(evaluation: Evaluation): string {
  const { calibrator: known } = evaluation;
  const own = known === undefined ? [] : [calibrator(known)];
  const parts = [figures(evaluation), ...own, leak(evaluation), promises(evaluation), curve(evaluation)];
  return `${parts.join('\n\n')}\n\nIntervals are 95 % (Wilson's). Thresholds were chosen on training tickets alone, held out of learning.`;
}

function figures(evaluation: Evaluation): string {
  const { n, baselines, ece, recallAt5, callsSaved } = evaluation;
  const compared = baselines.nearestNeighbourN;
  const rows = [
    ['figure', 'value', '95 % interval', 'n'],
    ['accuracy', percent(evaluation.accuracy), interval(evaluation.accuracyInterval), String(n)],
    ['macro-F1', percent(evaluation.macroF1), few(n), String(n)],
    ['calibration error', ece === null ? 'no confidence was stated' : percent(ece), few(n), String(n)],
    ['majority baseline', percent(baselines.majority), interval(baselines.majorityInterval), String(n)],
    [
      'nearest-neighbour baseline',
      percent(baselines.nearestNeighbour),
      interval(baselines.nearestNeighbourInterval),
      String(compared),
    ],
    ['right label among 5 retrieved', percent(recallAt5), shareInterval(recallAt5, compared), String(compared)],
  ];
  if (callsSaved !== undefined)
    rows.push(['calls of Claude saved', percent(callsSaved), shareInterval(callsSaved, n), String(n)]);
  for (const [name, { value, low, high, n }] of subcategoryRows(evaluation))
    rows.push(
      value === null
        ? [name, '–', 'too little data', String(n)]
        : [name, percent(value), interval({ low: low ?? 0, high: high ?? 1 }), String(n)],
    );
  const speed = `Local model: learnt in ${(evaluation.trainMs / 1_000).toFixed(2)} s, reads ${Math.round(evaluation.predictPerSecond)} tickets a second here.`;
  return `${table(rows)}\n\n${speed}`;
}

function subcategoryRows({ subcategories }: Evaluation): [string, Estimate][] {
  if (subcategories === undefined) return [];
  const { accuracy, named, rightWhenNamed } = subcategories;
  return [
    ['category and subcategory right', accuracy],
    ['subcategory named, category right', named],
    ['subcategory right when named', rightWhenNamed],
  ];
}

function calibrator({ reason, without, ...known }: CalibratorFigures): string {
  const rows = [
    [
      'calibrator',
      'accuracy',
      'calibration error',
      'calls saved',
      'n',
      "Claude's error",
      'tells right from wrong',
      'n',
    ],
    calibratorRow('without', without),
    ...(known.with === null ? [] : [calibratorRow('with', known.with)]),
  ];
  return `${table(rows)}\n\n${reason}`;
}

function calibratorRow(name: string, { claude, n, ...figures }: CascadeFigures): string[] {
  const part = claude.n < FEW ? ['too little data', 'too little data'] : [percent(claude.ece), ranking(claude.auroc)];
  return [
    name,
    `${percent(figures.accuracy)} (${interval(figures.accuracyInterval)})`,
    few(n) === '' ? percent(figures.ece) : `${percent(figures.ece)} (${few(n)})`,
    `${percent(figures.callsSaved)} (${interval(figures.callsSavedInterval)})`,
    String(n),
    ...part,
    String(claude.n),
  ];
}

/** An area under the ROC curve. */
function ranking(area: CascadeFigures['claude']['auroc']): string {
  return area === null ? '–' : `${area.share.toFixed(2)} (${area.low.toFixed(2)} to ${area.high.toFixed(2)})`;
}

function leak({ leak: { suspected, share, shareInterval, n, reason } }: Evaluation): string {
  const head = suspected ? 'LEAK SUSPECTED: these figures may not hold for new tickets.' : 'No leak suspected.';
  return `${head} ${reason}\nNearly the same in both files: ${percent(share)} (${interval(shareInterval)}, n = ${n}).`;
}

function promises(evaluation: Evaluation): string {
  const rows = evaluation.promises.map((promise) => promiseRow(promise, evaluation.n));
  return table([
    ['promise: wrong at most', 'automated', '95 % interval', 'really wrong', '95 % interval', 'n'],
    ...rows,
  ]);
}

function promiseRow({ risk, threshold, coverage, coverageInterval, ...kept }: KeptPromise, n: number): string[] {
  if (threshold === null) return [percent(risk), 'none: too little data to promise it', '', '', '', String(n)];
  const wrong = kept.wrong === null ? ['–', ''] : [percent(kept.wrong), interval(kept.wrongInterval)];
  return [percent(risk), percent(coverage), interval(coverageInterval), ...wrong, `${kept.n} of ${n}`];
}

function curve({ riskCoverage, n }: Evaluation): string {
  const rows = riskCoverage.map((point) => [
    percent(point.coverage),
    point.threshold === null ? 'none' : point.threshold.toFixed(3),
    percent(point.risk),
    interval(point.riskInterval),
    `${point.n} of ${n}`,
  ]);
  return table([['automated', 'confidence from', 'wrong', '95 % interval', 'n'], ...rows]);
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

function interval(bounds: { low: number; high: number } | null): string {
  return bounds === null ? '' : `${percent(bounds.low)} to ${percent(bounds.high)}`;
}

function shareInterval(share: number | null, n: number): string {
  return share === null ? '' : interval(wilson(Math.round(share * n), n));
}

function few(n: number): string {
  return n < FEW ? 'too little data' : '';
}
