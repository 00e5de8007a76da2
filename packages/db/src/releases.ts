import { createHash } from 'node:crypto';
import type { Release } from '@usher/core/release';
import { eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { releases, taxonomies } from './schema/taxonomies.ts';

export type ReleaseDraft = Omit<Release, 'id' | 'taxonomy'>;

/** The number of a release: the same parts always get the same number, in every process. */
export async function ensureRelease(db: Db, draft: ReleaseDraft): Promise<number> {
  const { taxonomyVersion, promptVersion, engine, model, hardModel, localModel, calibrator, thresholds } = draft;
  const parts = [taxonomyVersion, promptVersion, engine, model, hardModel, localModel, calibrator, thresholds.all];
  const own = Object.entries(thresholds.byCategory).sort(([one], [other]) => (one < other ? -1 : 1));
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([...parts, own]))
    .digest('base64url');
  return whileAvailable(async () => {
    await db
      .insert(releases)
      .values({ ...draft, fingerprint })
      .onConflictDoNothing();
    const [release] = await db.select({ id: releases.id }).from(releases).where(eq(releases.fingerprint, fingerprint));
    if (release === undefined) throw new Error('a release vanished while it was made');
    return release.id;
  });
}

/** A release by its number, with its taxonomy; undefined if there is none. */
export async function findRelease(db: Db, id: number): Promise<Release | undefined> {
  const [found] = await whileAvailable(() =>
    db
      .select({ release: releases, taxonomy: taxonomies.document })
      .from(releases)
      .innerJoin(taxonomies, eq(taxonomies.version, releases.taxonomyVersion))
      .where(eq(releases.id, id)),
  );
  return found === undefined ? undefined : { ...found.release, taxonomy: found.taxonomy };
}
