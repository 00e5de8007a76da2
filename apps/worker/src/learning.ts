import type { Job } from '@usher/core/jobs';
import type { Db } from '@usher/db/connect';
import { newestExample } from '@usher/db/examples';
import { labellerClearedAt } from '@usher/db/labellers';
import { newestOutcomeAt } from '@usher/db/known-outcomes';
import { lastLearnt } from '@usher/db/local-models';
import { listPromises } from '@usher/db/promises';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';

/** So many new labels are worth learning, and so large a share of those learnt from; fewer wait until the last model is this old. */
const MANY_LABELS = 20;
const LARGE_SHARE = 0.02;
const RESTING_MS = 10 * 60_000;

/** Up to so many labels learning takes about a second and each one counts, so that none waits. */
const YOUNG = 500;

/** Conclusions are drawn from outcomes no more often than this. */
const HEED_EVERY_MS = 60_000;

/** The job of learning again, if the taxonomy changed, labels have gathered or outcomes became known since the last time. */
export async function dueLearning(db: Db, now: Date): Promise<Job[]> {
  const isDue = (await isLearningDue(db, now)) || (await hasNewOutcomes(db, now));
  return isDue ? [{ name: 'learn', payload: {} }] : [];
}

/** Whether learning again would pay now. */
export async function isLearningDue(db: Db, now: Date): Promise<boolean> {
  const [last, taxonomyVersion, newest, clearedAt] = await Promise.all([
    lastLearnt(db),
    currentTaxonomyVersion(db),
    newestExample(db),
    labellerClearedAt(db),
  ]);
  if (last === undefined || last.taxonomyVersion !== taxonomyVersion) return taxonomyVersion > 0;
  if (clearedAt !== null && clearedAt > last.learntAt) return true;
  const fresh = newest - last.learntFrom;
  const isEnough = fresh >= Math.max(MANY_LABELS, LARGE_SHARE * last.examples) || last.examples + fresh <= YOUNG;
  return fresh > 0 && (isEnough || now.getTime() - last.learntAt.getTime() >= RESTING_MS);
}

async function hasNewOutcomes(db: Db, now: Date): Promise<boolean> {
  const [newest, [{ checkedAt }]] = await Promise.all([newestOutcomeAt(db), listPromises(db)]);
  if (newest === null) return false;
  return checkedAt === null || (newest > checkedAt && now.getTime() - checkedAt.getTime() >= HEED_EVERY_MS);
}
