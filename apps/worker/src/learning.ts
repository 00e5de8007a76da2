import type { Job } from '@usher/core/jobs';
import type { Db } from '@usher/db/connect';
import { newestExample } from '@usher/db/examples';
import { lastLearnt } from '@usher/db/local-models';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';

/** So many new labels are worth learning at once; fewer wait until the last model is this old. */
const MANY_LABELS = 20;
const RESTING_MS = 10 * 60_000;

/** The job of learning the local model again, if the taxonomy changed or labels have gathered since the last time. */
export async function dueLearning(db: Db, now: Date): Promise<Job[]> {
  const [last, taxonomyVersion, newest] = await Promise.all([
    lastLearnt(db),
    currentTaxonomyVersion(db),
    newestExample(db),
  ]);
  return isLearningDue({ last, taxonomyVersion, newest, now }) ? [{ name: 'learn', payload: {} }] : [];
}

interface Learning {
  last: Awaited<ReturnType<typeof lastLearnt>>;
  taxonomyVersion: number;
  newest: number;
  now: Date;
}

function isLearningDue({ last, taxonomyVersion, newest, now }: Learning): boolean {
  if (last === undefined || last.taxonomyVersion !== taxonomyVersion) return taxonomyVersion > 0;
  const fresh = newest - last.learntFrom;
  return fresh >= MANY_LABELS || (fresh > 0 && now.getTime() - last.learntAt.getTime() >= RESTING_MS);
}
