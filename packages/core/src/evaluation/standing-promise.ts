import { z } from 'zod';
import { type Outcome, shareOf } from './outcome.ts';
import { riskCoverage } from './risk-coverage.ts';
import { DEFAULT_THRESHOLD } from '../release.ts';
import { type Share, wilson } from '../wilson.ts';

/**
 * How a promise stands: it is kept by a threshold that outcomes support; there is too little data to offer one, and the default
 * threshold holds; or outcomes broke it, and nothing is automated until they support it again.
 */
export const PromiseState = z.enum(['offered', 'not_offered', 'withdrawn']);
export type PromiseState = z.infer<typeof PromiseState>;

/** Share that may be wrong among the automated, unless the admin says otherwise. */
export const DEFAULT_RISK = 0.05;

/** The share that may be wrong among the automated. */
export const Risk = z.number().min(0.001, 'must be at least 0.1 %').max(0.5, 'must be at most 50 %');

/** A prediction whose truth became known, whatever the prediction was. */
export interface KnownOutcome extends Outcome {
  confidence: number;
  isCalibrated: boolean;
  /** Whether nobody was asked before it took effect. */
  isAutomated: boolean;
}

/** Automated decisions of about the same confidence, and how many of them somebody overruled; the others may be wrong too. */
export interface OverruledCount {
  confidence: number;
  n: number;
  overruled: number;
}

export interface Evidence {
  known: readonly KnownOutcome[];
  automated: readonly OverruledCount[];
}

type Counted = Share & { n: number };

/** What a promise rests on, to be shown. */
export interface PromiseEvidence {
  /** Share of wrong ones among the known outcomes that reach the threshold; null of none. */
  wrong: Counted | null;
  /** Share of the automated that reach the threshold and were overruled: at least so many are wrong. Null of none. */
  overruled: Counted | null;
  /** How many outcomes are known in all. */
  known: number;
}

export interface StandingPromise {
  risk: number;
  state: PromiseState;
  threshold: number | null;
}

/** Fewer outcomes than these break no promise that stands. */
const FEWEST_TO_BREAK = 20;

/** Automated without a promise, at the default threshold: so many outcomes must speak against it before nothing is automated. */
const FEWEST_TO_STOP = 100;

/**
 * How a promise stands after these outcomes. It takes proof to offer one: the upper end of Wilson's interval on the known outcomes
 * must be within the risk, and what was overruled must not contradict it. It is lost when no threshold has that proof and more
 * turned out wrong above the one in force than was promised; then it takes proof again.
 */
export function checkPromise(
  standing: StandingPromise,
  evidence: Evidence,
): Omit<StandingPromise, 'risk'> & { evidence: PromiseEvidence } {
  const proven = provenThreshold(standing.risk, evidence);
  const threshold = proven ?? standing.threshold;
  const state = proven === null ? stateWithoutProof(standing, evidence) : 'offered';
  const shown = evidenceAt(threshold ?? DEFAULT_THRESHOLD, evidence);
  return { state, threshold: state === 'offered' ? threshold : null, evidence: shown };
}

function provenThreshold(risk: number, { known, automated }: Evidence): number | null {
  const calibrated = known.filter(({ isCalibrated }) => isCalibrated);
  const proven = riskCoverage(calibrated).filter(
    ({ threshold, riskInterval }) =>
      threshold !== null && riskInterval.high <= risk && (overruledFrom(threshold, automated)?.low ?? 0) <= risk,
  );
  return proven.at(-1)?.threshold ?? null;
}

function stateWithoutProof(standing: StandingPromise, evidence: Evidence): PromiseState {
  if (standing.state === 'withdrawn') return 'withdrawn';
  return isBroken(standing, evidence) ? 'withdrawn' : standing.state;
}

function isBroken({ risk, state, threshold }: StandingPromise, evidence: Evidence): boolean {
  const { wrong, overruled } = evidenceAt(threshold ?? DEFAULT_THRESHOLD, {
    ...evidence,
    known: state === 'offered' ? evidence.known : evidence.known.filter(({ isAutomated }) => isAutomated),
  });
  const fewest = state === 'offered' ? FEWEST_TO_BREAK : FEWEST_TO_STOP;
  const least = (share: Counted) => (state === 'offered' ? share.share : share.low);
  const speaksAgainst = (share: Counted | null, of: (share: Counted) => number) =>
    share !== null && share.n >= fewest && of(share) > risk;
  return speaksAgainst(wrong, least) || speaksAgainst(overruled, ({ low }) => low);
}

function evidenceAt(threshold: number, { known, automated }: Evidence): PromiseEvidence {
  const reached = known.filter(({ confidence }) => confidence >= threshold);
  return {
    wrong: shareOf(reached, ({ isRight }) => !isRight),
    overruled: overruledFrom(threshold, automated),
    known: known.length,
  };
}

function overruledFrom(threshold: number, automated: readonly OverruledCount[]): Counted | null {
  const reached = automated.filter(({ confidence }) => confidence >= threshold);
  const n = reached.reduce((sum, count) => sum + count.n, 0);
  const share = wilson(
    reached.reduce((sum, count) => sum + count.overruled, 0),
    n,
  );
  return share === null ? null : { ...share, n };
}
