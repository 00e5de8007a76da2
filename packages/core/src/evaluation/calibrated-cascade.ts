import type { Share } from '../wilson.ts';
import type { Signals } from '../suggestion.ts';
import { auroc } from './auroc.ts';
import { calibrationError, type Stated } from './calibration-error.ts';
import {
  CALIBRATION_PARTS,
  crossFitted,
  fitClaudeCalibration,
  type KnownAnswer,
  trustIn,
} from './claude-calibration.ts';
import { type Judgement, outcomeOf, shareOf } from './outcome.ts';

/** What a cascade said about a ticket. */
export interface CascadeJudgement extends Judgement {
  /** Whether Claude was asked. */
  isCall: boolean;
  /** What Claude's answer was accompanied by; null where the local model answered, or nobody. */
  signals: Signals | null;
}

/** How the cascade and Claude's part of it do. */
export interface CascadeFigures {
  accuracy: number;
  accuracyInterval: Pick<Share, 'low' | 'high'>;
  /** Expected calibration error of all answers that came with a confidence, null where none did. */
  ece: number | null;
  /** Share of tickets that needed no call. */
  callsSaved: number;
  callsSavedInterval: Pick<Share, 'low' | 'high'>;
  /** All tickets. */
  n: number;
  /** Claude's answers that came with a confidence: how far it is from the truth, and how well it tells right from wrong. */
  claude: { n: number; ece: number | null; auroc: Share | null };
}

/** The calibrator of Claude's answers: where it comes from, and what it changes. */
export interface CalibratorFigures {
  /** Whether confidences of the evaluation are read from it. */
  isUsed: boolean;
  /** The file whose tickets it was fitted on: training tickets held out of learning, or the test's own, cross-fitted. */
  fittedOn: 'train' | 'test' | null;
  /** Known answers it was fitted on; where it was not, all that there were. */
  n: number;
  /** Parts of the test of which each was read with weights from the others; null unless cross-fitted. */
  folds: number | null;
  /** Where it comes from, or why there is none, in a sentence. */
  reason: string;
  /** Null where it isn't used. */
  with: CascadeFigures | null;
  without: CascadeFigures;
}

/**
 * Reads the confidence of Claude's answers from a calibrator that had no say in them: fitted on known answers to held-out training
 * tickets, else cross-fitted on the test's. With too few of both, judgements stay as they are. Throws a RangeError without any.
 */
export function calibrateCascade<One extends CascadeJudgement>(
  said: readonly One[],
  heldOut: readonly KnownAnswer[],
): { judgements: One[]; figures: CalibratorFigures } {
  const own = said.flatMap((one) => (one.signals === null ? [] : [knownAnswer(one, one.signals)]));
  const without = figuresOf(said);
  const fit = fitOn(heldOut, own);
  if (fit.confidences === null) {
    const figures = { isUsed: false, fittedOn: null, n: fit.n, folds: null, reason: fit.reason, with: null, without };
    return { judgements: [...said], figures };
  }
  const { confidences, ...source } = fit;
  const left = confidences.values();
  const judgements = said.map((one) =>
    one.signals === null ? one : { ...one, confidence: left.next().value ?? one.confidence },
  );
  return { judgements, figures: { isUsed: true, ...source, with: figuresOf(judgements), without } };
}

interface Fitted extends Pick<CalibratorFigures, 'fittedOn' | 'n' | 'folds' | 'reason'> {
  /** One for each of Claude's answers; null where there was too little to fit. */
  confidences: number[] | null;
}

function fitOn(heldOut: readonly KnownAnswer[], own: readonly KnownAnswer[]): Fitted {
  const calibration = fitClaudeCalibration(heldOut);
  if (calibration !== null) {
    const reason = `Fitted on answers to ${heldOut.length} training tickets held out of learning; the test had no say in it.`;
    const confidences = own.map(({ signals }) => trustIn(calibration, signals));
    return { confidences, fittedOn: 'train', n: heldOut.length, folds: null, reason };
  }
  if (fitClaudeCalibration(own) !== null) {
    const reason = `Cross-fitted on ${own.length} answers to the test itself: each of ${CALIBRATION_PARTS} parts is read with weights from the others. Answers to training tickets would be a stricter proof.`;
    const confidences = crossFitted(own).map(({ confidence }) => confidence);
    return { confidences, fittedOn: 'test', n: own.length, folds: CALIBRATION_PARTS, reason };
  }
  const reason = `Too little data: of Claude's answers where the local model is unsure, ${countsOf(heldOut)} to training tickets and ${countsOf(own)} to the test are known; 100 are needed, 10 of them right and 10 wrong. Claude's confidence is its own word, uncalibrated.`;
  return { confidences: null, fittedOn: null, n: heldOut.length + own.length, folds: null, reason };
}

function countsOf(answers: readonly KnownAnswer[]): string {
  return `${answers.length} (${answers.filter(({ isRight }) => !isRight).length} wrong)`;
}

function knownAnswer(judgement: Judgement, signals: Signals): KnownAnswer {
  return { signals, isRight: outcomeOf(judgement).isRight };
}

function figuresOf(said: readonly CascadeJudgement[]): CascadeFigures {
  const right = shareOf(said.map(outcomeOf), ({ isRight }) => isRight);
  const saved = shareOf(said, ({ isCall }) => !isCall);
  if (right === null || saved === null) throw new RangeError('there is nothing to calibrate');
  const claudes = statedOf(said.filter(({ signals }) => signals !== null));
  const confidences = (isRight: boolean) =>
    claudes.filter((one) => one.isRight === isRight).map(({ confidence }) => confidence);
  return {
    accuracy: right.share,
    accuracyInterval: { low: right.low, high: right.high },
    ece: errorOf(statedOf(said)),
    callsSaved: saved.share,
    callsSavedInterval: { low: saved.low, high: saved.high },
    n: said.length,
    claude: { n: claudes.length, ece: errorOf(claudes), auroc: auroc(confidences(true), confidences(false)) },
  };
}

function statedOf(said: readonly Judgement[]): Stated[] {
  return said
    .map(outcomeOf)
    .flatMap(({ confidence, isRight }) => (confidence === null ? [] : [{ confidence, isRight }]));
}

function errorOf(stated: readonly Stated[]): number | null {
  return stated.length === 0 ? null : calibrationError(stated);
}
