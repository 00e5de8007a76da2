import type { Share } from '../wilson.ts';
import { type Outcome, shareOf } from './outcome.ts';
import { riskCoverage } from './risk-coverage.ts';

/**
 * The least confidence from which on at most this share is wrong, by the upper end of Wilson's 95 % interval on outcomes that the
 * predictor had no part in; null while there are too few of them to promise it.
 */
export function chooseThreshold(heldOut: readonly Outcome[], risk: number): number | null {
  const kept = riskCoverage(heldOut).filter(
    ({ threshold, riskInterval }) => threshold !== null && riskInterval.high <= risk,
  );
  return kept.at(-1)?.threshold ?? null;
}

/** A promised risk, and what came of it on texts that had no say in the threshold. */
export interface KeptPromise {
  /** Share of wrong ones among the automated that was promised at most. */
  risk: number;
  /** Least confidence that is automated; null where there is too little data for the promise. */
  threshold: number | null;
  /** Share of all texts that is automated. */
  coverage: number;
  coverageInterval: Pick<Share, 'low' | 'high'> | null;
  /** Share of the automated that is wrong; null where none is automated. */
  wrong: number | null;
  wrongInterval: Pick<Share, 'low' | 'high'> | null;
  /** How many are automated. */
  n: number;
}

/** Chooses a threshold on held-out outcomes and applies it to others. */
export function keepPromise(
  risk: number,
  { heldOut, outcomes }: { heldOut: readonly Outcome[]; outcomes: readonly Outcome[] },
): KeptPromise {
  const threshold = chooseThreshold(heldOut, risk);
  const isAutomated = ({ confidence }: Outcome) => threshold !== null && confidence !== null && confidence >= threshold;
  const automated = outcomes.filter(isAutomated);
  const coverage = shareOf(outcomes, isAutomated);
  const wrong = shareOf(automated, ({ isRight }) => !isRight);
  return {
    risk,
    threshold,
    coverage: coverage?.share ?? 0,
    coverageInterval: coverage && { low: coverage.low, high: coverage.high },
    wrong: wrong?.share ?? null,
    wrongInterval: wrong && { low: wrong.low, high: wrong.high },
    n: automated.length,
  };
}
