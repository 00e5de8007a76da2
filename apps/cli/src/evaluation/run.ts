import type { Engine, EngineName } from '@usher/core/engine';
import { type Evaluation, evaluate } from '@usher/core/evaluation/evaluation';
import { type Judgement, type Outcome, outcomeOf } from '@usher/core/evaluation/outcome';
import { type SubcategoryFigures, subcategoryFigures } from '@usher/core/evaluation/subcategories';
import { type CalibratorFigures, calibrateCascade } from '@usher/core/evaluation/calibrated-cascade';
import type { TicketText } from '@usher/core/ticket';
import { BAR } from '@usher/engines/registry';
import { CannotDo } from '../failures.ts';
import { askAll, type Asking } from './ask.ts';
import { heldOutCalls } from './calls.ts';
import { compare, spread } from './compare.ts';
import { knownTickets, type KnownTicket, type Learnt, learnFrom } from './learn.ts';
import type { LabelledTicket, RecordedAnswer } from './lines.ts';
import { childJudgementsOf, judgementOf, type Predicted, predictAll } from './predict.ts';
import { createRecordedEngine } from './recorded-engine.ts';

/** Texts of the test that are looked up among those learnt from; further ones only take time. */
const MOST_COMPARED = 3_000;

/** Any fixed number: the same files always give the same figures. */
const SEED = 1;

/** Where Claude's answers come from. */
export type ClaudeSource =
  | { kind: 'recorded'; answers: readonly RecordedAnswer[] }
  | { kind: 'live'; engine: Engine; concurrency: number };

/** The engine under test; those that ask Claude say how. */
export type UnderTest = { name: 'local' } | { name: Exclude<EngineName, 'local'>; source: ClaudeSource };

export interface EvaluationTask {
  train: readonly LabelledTicket[];
  test: readonly LabelledTicket[];
  engine: UnderTest;
  /** Told what is being done. */
  progress?: (text: string) => void;
  /** Texts of the test that are looked up at most. */
  mostCompared?: number;
}

/** Learns from one file, asks an engine about the other and adds up how it did. Throws CannotDo where there is nothing to do. */
export async function runEvaluation(task: EvaluationTask): Promise<Evaluation> {
  const { train, test, engine, progress = () => undefined, mostCompared = MOST_COMPARED } = task;
  if (test.length === 0) throw new CannotDo('nothing_to_evaluate', 'The test file has no tickets.');
  progress(`Learning from ${train.length} tickets …`);
  const learnt = learnFrom(train, { seed: SEED });
  progress(`Reading ${test.length} tickets …`);
  const { predicted, perSecond } = predictAll(learnt.model, knownTickets(test, learnt.labels));
  if (engine.name !== 'local' && engine.source.kind === 'live')
    progress(`Asking Claude about up to ${test.length} of them; every call costs money …`);
  const said = await judge(predicted, learnt, engine);
  progress('Looking up similar tickets …');
  const pairs = predicted.flatMap((one, at) =>
    said.judgements.slice(at, at + 1).map((judgement) => ({ one, judgement })),
  );
  const comparisons = spread(pairs, mostCompared).map(({ one, judgement }) => compare(learnt, one, judgement));
  const { majority } = learnt.labels;
  return evaluate({ ...said, majority, comparisons, trainMs: learnt.trainMs, predictPerSecond: perSecond });
}

interface Said {
  judgements: readonly Judgement[];
  heldOut: readonly Outcome[];
  promised?: readonly Outcome[];
  callsSaved?: number;
  calibrator?: CalibratorFigures;
  subcategories?: SubcategoryFigures | null;
}

async function judge(predicted: readonly Predicted[], learnt: Learnt, engine: UnderTest): Promise<Said> {
  if (engine.name === 'local') {
    const subcategories = subcategoryFigures(childJudgementsOf(predicted));
    return { judgements: predicted.map(judgementOf), heldOut: learnt.heldOut, subcategories };
  }
  const tickets = predicted.map(({ ticket }) => ticket);
  const claude = claudeFrom(engine.source, tickets, learnt);
  const asked = await askAll(predicted, learnt, { ...claude, engine: engine.name });
  if (engine.name === 'claude') return { judgements: asked, heldOut: heldOutAnswers(learnt, engine.source) };
  // No outcomes say how often Claude is right at a confidence: a promise covers what the local model decides alone.
  const promised = asked.map((one) => outcomeOf(one.isCall ? { ...one, confidence: null } : one));
  const isCalibrated = learnt.model.figures?.isFromOutcomes ?? false;
  const heldOut = isCalibrated ? learnt.heldOut.filter(({ confidence }) => confidence >= BAR) : [];
  const known = engine.source.kind === 'live' ? [] : heldOutCalls(learnt, answersById(engine.source.answers));
  const { judgements, figures: calibrator } = calibrateCascade(asked, known);
  return { judgements, heldOut, promised, callsSaved: calibrator.without.callsSaved, calibrator };
}

function claudeFrom(
  source: ClaudeSource,
  tickets: readonly KnownTicket[],
  { labels }: Learnt,
): Pick<Asking, 'claude' | 'isStated' | 'concurrency'> {
  if (source.kind === 'live') return { claude: source.engine, isStated: () => true, concurrency: source.concurrency };
  const byId = answersById(source.answers);
  const records = new Map<TicketText, RecordedAnswer>();
  for (const { id, text } of tickets) {
    const record = byId.get(id);
    if (record !== undefined) records.set(text, record);
  }
  if (records.size === 0)
    throw new CannotDo('no_answers', 'The file with answers has none to a ticket of the test file: no id is in both.');
  const isStated = (text: TicketText) => typeof records.get(text)?.confidence === 'number';
  return { claude: createRecordedEngine(records, labels), isStated, concurrency: 1 };
}

/** Recorded answers to tickets of the training file: the test has no part in them, so thresholds may be chosen on them. */
function heldOutAnswers({ tickets, labels }: Learnt, source: ClaudeSource): Outcome[] {
  if (source.kind === 'live') return [];
  const byId = answersById(source.answers);
  return tickets.flatMap(({ id, key }) => {
    const { category = null, confidence = null } = byId.get(id) ?? {};
    return category === null ? [] : [outcomeOf({ actual: key, given: labels.keyOf(category), confidence })];
  });
}

function answersById(answers: readonly RecordedAnswer[]): Map<string, RecordedAnswer> {
  return new Map(answers.map((answer) => [answer.id, answer]));
}
