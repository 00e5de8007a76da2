import { calibrationError } from './calibrate.ts';
import { type Confidence, crossFittedOutcomes } from './confidence.ts';
import type { Judged } from './judge.ts';
import { placeOfLargest } from './probabilities.ts';

/** How a model does on texts that were held out of its training; every share is 0 to 1. */
export interface Figures {
  /** Texts it was judged on. */
  n: number;
  accuracy: number;
  /** Mean of the categories' F1, over those that occur among the judged texts. */
  macroF1: number;
  /** Expected calibration error of the confidences. */
  ece: number;
  /** Whether the judged texts were labelled by people in daily work, and not written as starter examples. */
  isFromOutcomes: boolean;
}

/** Null when nothing could be judged. */
export function figuresOf(
  judged: readonly Judged[],
  { confidence, isFromOutcomes }: { confidence: Confidence; isFromOutcomes: boolean },
): Figures | null {
  if (judged.length === 0) return null;
  const pairs = judged.map(({ margins, label }) => ({ given: placeOfLargest(margins), label }));
  return {
    n: judged.length,
    accuracy: pairs.filter(({ given, label }) => given === label).length / judged.length,
    macroF1: macroF1Of(pairs),
    ece: calibrationError(crossFittedOutcomes(judged, confidence)),
    isFromOutcomes,
  };
}

function macroF1Of(pairs: readonly { given: number; label: number }[]): number {
  const labels = [...new Set(pairs.map(({ label }) => label))];
  const scores = labels.map((wanted) => {
    const right = pairs.filter(({ given, label }) => given === wanted && label === wanted).length;
    const either =
      pairs.filter(({ given }) => given === wanted).length + pairs.filter(({ label }) => label === wanted).length;
    return (2 * right) / either;
  });
  return scores.reduce((sum, score) => sum + score, 0) / labels.length;
}
