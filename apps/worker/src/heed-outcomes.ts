import { fitClaudeCalibration } from '@usher/core/evaluation/claude-calibration';
import { checkPromise, type Evidence, type KnownOutcome } from '@usher/core/evaluation/standing-promise';
import { currentCalibrator, loadCalibrator, saveCalibrator } from '@usher/db/calibrators';
import type { Db } from '@usher/db/connect';
import { judgedInService } from '@usher/db/examples';
import { automatedDecisions, judgedDecisions, knownAnswers } from '@usher/db/known-outcomes';
import { loadHeldOut, modelInForce } from '@usher/db/local-models';
import { listPromises, recordPromise, type StoredPromise } from '@usher/db/promises';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import { ENOUGH_OUTCOMES } from '@usher/engines/local/judge';
import { BAR } from '@usher/engines/registry';
import type { Deps } from './deps.ts';

/** Older outcomes are of tickets that may be unlike today's. */
const RECENT_MS = 90 * 24 * 3_600_000;

/** Newest outcomes that are looked at; promises rest on no more. */
const MOST_OUTCOMES = 10_000;

/** Newest automated decisions that are looked at; with corrections of one in a hundred, that is five hundred of them. */
const MOST_AUTOMATED = 50_000;

/** Claude is calibrated again once so many more answers are known. */
const MORE_ANSWERS = 1.1;

type HeedDeps = Pick<Deps, 'db' | 'report' | 'settings'>;

interface CategorisedEvidence {
  known: readonly (KnownOutcome & { category: string })[];
  automated: readonly (Evidence['automated'][number] & { category: string })[];
}

/**
 * Draws the conclusions from what became known lately: how far Claude's answers can be trusted, and from which confidence on decisions
 * are automated. A promise that is withdrawn or offered again is told.
 */
export async function heedOutcomes(deps: HeedDeps, now: Date): Promise<void> {
  const recent = { since: new Date(now.getTime() - RECENT_MS), limit: MOST_OUTCOMES };
  if (deps.settings.engine !== 'local') await calibrate(deps, recent);
  const [all, ...own] = await listPromises(deps.db);
  const evidence = await gatherEvidence(deps, recent);
  const named = new Set(own.map(({ category }) => category));
  await check(
    all,
    pick(evidence, (category) => !named.has(category)),
    deps,
  );
  for (const promise of own)
    await check(
      promise,
      pick(evidence, (category) => category === promise.category),
      deps,
    );
}

async function check(before: StoredPromise, evidence: Evidence, { db, report }: HeedDeps): Promise<void> {
  const after = checkPromise(before, evidence);
  const isChanged = await recordPromise(db, before, after);
  if (!isChanged) return;
  const { category, risk } = before;
  const told = { category: category ?? 'all', risk, known: after.evidence.known };
  if (after.state === 'withdrawn') report({ kind: 'promise_withdrawn', ...told });
  if (after.state === 'offered') report({ kind: 'promise_offered', ...told, threshold: after.threshold });
}

async function gatherEvidence(
  { db, settings }: HeedDeps,
  recent: { since: Date; limit: number },
): Promise<CategorisedEvidence> {
  const [judged, automated, heldOut] = await Promise.all([
    judgedDecisions(db, recent),
    automatedDecisions(db, { ...recent, limit: MOST_AUTOMATED }),
    settings.engine === 'claude' ? [] : heldOutOfLearning(db, settings.engine),
  ]);
  return { known: [...judged, ...heldOut], automated };
}

/**
 * Labelled texts that nobody decided about in service, such as imported history, as the local model in force saw them while they were
 * held out of its training. Of those of which it isn't sure, Claude would be asked in a cascade, so that they say nothing there.
 */
async function heldOutOfLearning(db: Db, engine: 'local' | 'cascade'): Promise<CategorisedEvidence['known']> {
  const model = await modelInForce(db, await currentTaxonomyVersion(db));
  const heldOut = model === null ? [] : await loadHeldOut(db, model);
  if (heldOut.length < ENOUGH_OUTCOMES) return [];
  const known = await judgedInService(
    db,
    heldOut.map(([example]) => example),
  );
  return heldOut
    .filter(([example, , , confidence]) => !known.has(example) && (engine === 'local' || confidence >= BAR))
    .map(([, actual, category, confidence]) => {
      return { category, confidence, isRight: actual === category, isCalibrated: true, isAutomated: false };
    });
}

function pick({ known, automated }: CategorisedEvidence, isWanted: (category: string) => boolean): Evidence {
  return {
    known: known.filter(({ category }) => isWanted(category)),
    automated: automated.filter(({ category }) => isWanted(category)),
  };
}

async function calibrate({ db, report, settings }: HeedDeps, recent: { since: Date; limit: number }): Promise<void> {
  const { model } = settings;
  const current = await currentCalibrator(db, model);
  const before = current === null ? null : await loadCalibrator(db, current);
  const answers = await knownAnswers(db, { ...recent, model });
  if (before !== null && answers.length < before.n * MORE_ANSWERS) return;
  const calibration = fitClaudeCalibration(answers);
  if (calibration === null) return;
  const calibrator = await saveCalibrator(db, { model, calibration });
  report({ kind: 'claude_calibrated', calibrator, answers: calibration.n });
}
