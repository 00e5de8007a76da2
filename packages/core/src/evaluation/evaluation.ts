import { type Share, wilson } from '../wilson.ts';
import type { CalibratorFigures } from './calibrated-cascade.ts';
import { calibrationError } from './calibration-error.ts';
import { findLeak, type Leak, type Neighbour } from './leak.ts';
import { macroF1 } from './macro-f1.ts';
import { type Judgement, type Outcome, outcomeOf, shareOf } from './outcome.ts';
import { keepPromise, type KeptPromise } from './promise.ts';
import type { SubcategoryFigures } from './subcategories.ts';
import { type RiskPoint, riskCoverage, thinned } from './risk-coverage.ts';

type Interval = Pick<Share, 'low' | 'high'>;

/** Risks for which a threshold is chosen: shares of wrong ones among the automated. */
export const PROMISED_RISKS = [0.1, 0.05, 0.02] as const;

const CURVE_STEPS = 20;

/** A text of the test beside what was learnt from. */
export interface Comparison extends Neighbour {
  /** Whether the right label is among those retrieved for a prompt. */
  isRetrieved: boolean;
}

export interface Measured {
  /** What the engine said about every text of the test. */
  judgements: readonly Judgement[];
  /** Outcomes that are comparable and that the test has no part in: thresholds are chosen on them. */
  heldOut: readonly Outcome[];
  /** Outcomes on the test to which a threshold applies; those of the judgements unless said. */
  promised?: readonly Outcome[];
  /** The most frequent label of what was learnt from. */
  majority: string;
  /** Texts of the test that were looked up; all of them, or evenly spread ones. */
  comparisons: readonly Comparison[];
  trainMs: number;
  predictPerSecond: number;
  /** Share of the test that needed no call of Claude. */
  callsSaved?: number;
  /** Where Claude's confidence in a cascade comes from. */
  calibrator?: CalibratorFigures;
  /** How subcategories come out, where the test has any and the engine names them. */
  subcategories?: SubcategoryFigures | null;
}

/** How an engine does on a test; every share is 0 to 1. */
export interface Evaluation {
  /** Texts of the test. */
  n: number;
  accuracy: number;
  /** 95 % interval, as all intervals here. */
  accuracyInterval: Interval;
  macroF1: number;
  /** Expected calibration error; null where no confidence was stated. */
  ece: number | null;
  riskCoverage: RiskPoint[];
  promises: KeptPromise[];
  baselines: Baselines;
  /** Share of texts whose right label is among the five retrieved for a prompt; null without any comparison. */
  recallAt5: number | null;
  leak: Leak;
  /** Milliseconds that learning the local model took, with its calibration. */
  trainMs: number;
  /** Texts a second of the local model. */
  predictPerSecond: number;
  callsSaved?: number;
  calibrator?: CalibratorFigures;
  subcategories?: SubcategoryFigures;
}

/** How often answering without learning is right. */
export interface Baselines {
  /** Always the most frequent label of what was learnt from. */
  majority: number;
  majorityInterval: Interval;
  /** The label of the most similar text learnt from; null without any comparison. */
  nearestNeighbour: number | null;
  nearestNeighbourInterval: Interval | null;
  /** How many texts were compared. */
  nearestNeighbourN: number;
}

/** Adds up an evaluation. Throws a RangeError without any judgement. */
export function evaluate(measured: Measured): Evaluation {
  const { judgements, heldOut, comparisons, trainMs, predictPerSecond, callsSaved, calibrator } = measured;
  const outcomes = judgements.map(outcomeOf);
  const promised = measured.promised ?? outcomes;
  const accuracy = shareOf(outcomes, ({ isRight }) => isRight);
  if (accuracy === null) throw new RangeError('there is nothing to evaluate');
  return {
    n: accuracy.n,
    accuracy: accuracy.share,
    accuracyInterval: intervalOf(accuracy),
    macroF1: macroF1(judgements),
    ece: errorOf(outcomes),
    riskCoverage: thinned(riskCoverage(outcomes), CURVE_STEPS),
    promises: PROMISED_RISKS.map((risk) => keepPromise(risk, { heldOut, outcomes: promised })),
    baselines: baselinesOf(measured),
    recallAt5: shareOf(comparisons, ({ isRetrieved }) => isRetrieved)?.share ?? null,
    leak: findLeak(comparisons),
    trainMs,
    predictPerSecond,
    ...(callsSaved === undefined ? {} : { callsSaved }),
    ...(calibrator === undefined ? {} : { calibrator }),
    ...(measured.subcategories == null ? {} : { subcategories: measured.subcategories }),
  };
}

function errorOf(outcomes: readonly Outcome[]): number | null {
  const stated = outcomes.flatMap(({ confidence, isRight }) => (confidence === null ? [] : [{ confidence, isRight }]));
  return stated.length === 0 ? null : calibrationError(stated);
}

function baselinesOf({ judgements, majority, comparisons }: Measured): Baselines {
  const hits = judgements.filter(({ actual }) => actual === majority).length;
  const always = wilson(hits, judgements.length) ?? { share: 0, low: 0, high: 1 };
  const nearest = shareOf(comparisons, ({ isRight }) => isRight);
  return {
    majority: always.share,
    majorityInterval: intervalOf(always),
    nearestNeighbour: nearest?.share ?? null,
    nearestNeighbourInterval: nearest && intervalOf(nearest),
    nearestNeighbourN: comparisons.length,
  };
}

function intervalOf({ low, high }: Share): Interval {
  return { low, high };
}
