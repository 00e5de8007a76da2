import type { Stated } from '@usher/core/evaluation/calibration-error';
import { type CalibrationCurve, fitCurve, readCurve } from './calibrate.ts';
import type { Judged } from './judge.ts';
import { fitTemperature, placeOfLargest, probabilitiesOf } from './probabilities.ts';

/** How margins become confidences. */
export interface Confidence {
  temperature: number;
  /** From the likeliest label's probability to how often such a one is right; null while there are too few outcomes. */
  curve: CalibrationCurve | null;
  /** The surest it may be of each category. */
  ceilings: readonly number[];
  /** Temperature for subcategories, fitted on those of all categories together. */
  childTemperature: number;
}

/** Parts in turn left out of the curve that they are measured with. */
const PARTS = 5;

/**
 * Fits confidence on texts that were held out of training. A category of which n different texts are known is never surer than
 * (n + 1)/(n + 2), Laplace's rule of succession: one that is only described can't be routed to.
 */
export function fitConfidence(
  judged: readonly Judged[],
  { texts, hasEnoughOutcomes }: { texts: readonly number[]; hasEnoughOutcomes: boolean },
): Confidence {
  const temperature = fitTemperature(judged);
  const rest = { temperature, ceilings: texts.map((count) => (count + 1) / (count + 2)) };
  return {
    ...rest,
    curve: hasEnoughOutcomes ? fitCurve(judged.map((one) => outcomeOf(one, { ...rest, curve: null }))) : null,
    childTemperature: fitTemperature(judged.flatMap(({ child }) => child ?? [])),
  };
}

/** The likeliest label with its confidence, and the probabilities it comes from. */
export function readMargins(
  margins: Float64Array,
  { temperature, curve, ceilings }: Omit<Confidence, 'childTemperature'>,
): { label: number; confidence: number; probabilities: Float64Array } {
  const probabilities = probabilitiesOf(margins, temperature);
  const label = placeOfLargest(probabilities);
  const probability = probabilities[label] ?? 0;
  const confidence = curve === null ? probability : readCurve(curve, probability);
  return { label, confidence: Math.min(confidence, ceilings[label] ?? 0), probabilities };
}

/** What became of held-out texts, each read with a curve in which its own outcome had no say, so that the error isn't flattered. */
export function crossFittedOutcomes(judged: readonly Judged[], confidence: Confidence): Stated[] {
  if (confidence.curve === null) return judged.map((one) => outcomeOf(one, confidence));
  const uncurved = { ...confidence, curve: null };
  const outcomes = judged.map((one) => outcomeOf(one, uncurved));
  const curves = Array.from({ length: PARTS }, (_, part) => fitCurve(outcomes.filter((_, at) => at % PARTS !== part)));
  return judged.map((one, at) => outcomeOf(one, { ...confidence, curve: curves[at % PARTS] ?? null }));
}

function outcomeOf({ margins, label }: Judged, confidence: Omit<Confidence, 'childTemperature'>): Stated {
  const read = readMargins(margins, confidence);
  return { confidence: read.confidence, isRight: read.label === label };
}
