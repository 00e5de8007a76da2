import { randomUUID } from 'node:crypto';
import type { Payload } from '@usher/core/jobs';
import { suspectLabellers } from '@usher/core/labellers';
import type { Db } from '@usher/db/connect';
import { newestExample } from '@usher/db/examples';
import { flagLabellers } from '@usher/db/labellers';
import { returnLease, takeLease } from '@usher/db/leases';
import { findModel, loadHeldOut, loadLocalModel, modelInForce, saveLocalModel } from '@usher/db/local-models';
import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Rival } from '@usher/engines/local/rival';
import { deserialise } from '@usher/engines/local/serialise';
import { type Trained, trainInThread } from '@usher/engines/local/train-in-thread';
import type { Deps } from '../deps.ts';
import { heedOutcomes } from '../heed-outcomes.ts';
import { isLearningDue } from '../learning.ts';
import { type Lesson, readLesson } from '../lesson.ts';

/** Figures of a model that was learnt from descriptions alone. */
const JUDGED_ON_NOTHING = { n: 0 };

/** Any fixed number: the same examples always give the same model. */
const SEED = 1;

/** A learner that died is followed after this; a living one prolongs it. */
const LEASE_MS = 60_000;

type LearnDeps = Pick<Deps, 'db' | 'report' | 'settings' | 'signal'>;

/**
 * Learns the local model from the taxonomy and the labelled examples where that pays, and puts it in force for the whole fleet unless
 * it is worse than the one before; then looks what the outcomes say about the promises and about Claude. While another process
 * learns, there is nothing to do.
 */
export async function learn(_payload: Payload<'learn'>, deps: LearnDeps): Promise<void> {
  const lease = { name: 'learn', holder: randomUUID() };
  const take = () => takeLease(deps.db, { ...lease, forMs: LEASE_MS });
  if (!(await take())) return;
  const prolonging = setInterval(() => void take().catch(() => undefined), LEASE_MS / 3);
  try {
    // Once more without those who were found out only by learning from them.
    const isDue = await isLearningDue(deps.db, new Date());
    if (isDue && (await learnAgain(deps)) === 'labellers_flagged') await learnAgain(deps);
    await heedOutcomes(deps, new Date());
  } finally {
    clearInterval(prolonging);
    await returnLease(deps.db, lease);
  }
}

async function learnAgain({ db, report, signal }: LearnDeps): Promise<'learnt' | 'labellers_flagged'> {
  const published = await currentTaxonomy(db);
  if (published === undefined) return 'learnt';
  const startedAt = performance.now();
  const learntFrom = await newestExample(db);
  const lesson = await readLesson(db);
  const { taxonomy, version: taxonomyVersion } = published;
  const rival = await rivalOf(db, taxonomyVersion, lesson);
  const trained = await trainInThread(lesson.examples, taxonomy, { seed: SEED, rival, signal });
  const isAnyFlagged = await flagSuspects(trained, lesson, { db, report });
  const { content, heldOut, verdict, baselines } = trained;
  const { comparison } = verdict;
  const figures = { ...(deserialise(content).figures ?? JUDGED_ON_NOTHING), comparison, baselines };
  const localModel = await saveLocalModel(db, {
    taxonomyVersion,
    learntFrom,
    examples: lesson.examples.length,
    state: verdict.kind === 'passed' ? 'accepted' : 'refused',
    reason: verdict.kind === 'refused' ? verdict.reason : null,
    figures,
    heldOut: heldOut.flatMap(({ example, actual, given, confidence }) => {
      const id = example === null ? undefined : lesson.ids[example];
      return id === undefined ? [] : [[id, actual, given, Math.round(confidence * 1e4) / 1e4]];
    }),
    content,
  });
  if (verdict.kind === 'refused')
    report({ kind: 'model_refused', localModel, taxonomyVersion, reason: verdict.reason });
  const durationMs = Math.round(performance.now() - startedAt);
  report({ kind: 'model_learnt', localModel, taxonomyVersion, examples: lesson.examples.length, durationMs });
  return isAnyFlagged ? 'labellers_flagged' : 'learnt';
}

/** The model in force, as far as it can be compared on these examples. */
async function rivalOf(db: Db, taxonomyVersion: number, { ids }: Lesson): Promise<Rival | null> {
  const id = await modelInForce(db, taxonomyVersion);
  const content = id === null ? undefined : await loadLocalModel(db, id);
  if (id === null || content === undefined) return null;
  const placeOf = new Map(ids.map((example, place) => [example, place]));
  const heldOut = (await loadHeldOut(db, id)).flatMap(([example, , given]): [number, string][] => {
    const place = placeOf.get(example);
    return place === undefined ? [] : [[place, given]];
  });
  const { learntFrom } = (await findModel(db, id)) ?? { learntFrom: 0 };
  const fresh = ids.findIndex((example) => example > learntFrom);
  return { content, heldOut: new Map(heldOut), freshFrom: fresh < 0 ? ids.length : fresh };
}

/** Labels are compared with what a model said that had not seen them; who is flagged counts no more from the next time on. */
async function flagSuspects(
  { heldOut }: Trained,
  { labellers }: Lesson,
  { db, report }: Pick<LearnDeps, 'db' | 'report'>,
): Promise<boolean> {
  const labels = heldOut.flatMap(({ example, confidence, isRight }) => {
    const labeller = example === null ? undefined : labellers[example];
    return labeller === undefined ? [] : [{ labeller, confidence, agrees: isRight }];
  });
  const suspects = suspectLabellers(labels);
  const flagged = await flagLabellers(db, suspects);
  if (flagged.length > 0) report({ kind: 'labellers_flagged', labellers: flagged.length });
  return flagged.length > 0;
}
