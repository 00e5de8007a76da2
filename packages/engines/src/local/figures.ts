import { calibrationError } from '@usher/core/evaluation/calibration-error';
import { macroF1 } from '@usher/core/evaluation/macro-f1';
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
  const pairs = judged.map(({ margins, label }) => ({ given: placeOfLargest(margins), actual: label }));
  return {
    n: judged.length,
    accuracy: pairs.filter(({ given, actual }) => given === actual).length / judged.length,
    macroF1: macroF1(pairs),
    ece: calibrationError(crossFittedOutcomes(judged, confidence)),
    isFromOutcomes,
  };
}
