import type { EngineName } from '@usher/core/engine';
import type { Failure } from '@usher/core/failure';
import { PROMPT_VERSION } from '@usher/core/prompt';
import { DEFAULT_THRESHOLD, type Release } from '@usher/core/release';
import type { Db } from '@usher/db/connect';
import { type LastLearnt, lastLearnt, loadLocalModel } from '@usher/db/local-models';
import { ensureRelease } from '@usher/db/releases';
import { currentTaxonomy, currentTaxonomyVersion } from '@usher/db/taxonomies';
import type { EngineMaker, MadeEngines } from './engines.ts';
import type { Report } from './events.ts';

/** What a worker decides with. */
export interface Current extends MadeEngines {
  release: Release;
}

/** No taxonomy was published yet, so that nothing can be decided. */
export class TaxonomyMissing extends Error implements Failure {
  readonly code = 'taxonomy_missing';
  readonly retry = 'backoff';

  constructor() {
    super('No taxonomy is published.');
    this.name = 'TaxonomyMissing';
  }
}

export interface CurrentReleaseOptions {
  db: Db;
  report: Report;
  settings: { engine: EngineName; model: string; hardModel: string };
  makeEngines: EngineMaker;
}

/** How old the knowledge about versions may be. */
const FRESH_MS = 1_000;

/**
 * Answers what decisions are made with now. A new taxonomy or local model is taken up within about a second, without a
 * restart; Postgres is asked for the version numbers at most once a second. Throws TaxonomyMissing, DatabaseUnavailable.
 */
export function createCurrentRelease(options: CurrentReleaseOptions): () => Promise<Current> {
  let current: Current | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<Current> | undefined;

  const look = async () => {
    current = await renew(current, options);
    lookedAt = performance.now();
    return current;
  };
  return async () => {
    if (current !== undefined && performance.now() - lookedAt < FRESH_MS) return current;
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  };
}

async function renew(current: Current | undefined, options: CurrentReleaseOptions): Promise<Current> {
  const { db, report } = options;
  const [version, last] = await Promise.all([currentTaxonomyVersion(db), lastLearnt(db)]);
  if (current !== undefined && isUpToDate(current.release, version, last)) return current;
  const renewed = await load(last, options);
  const { id, taxonomyVersion, localModel } = renewed.release;
  report({ kind: 'release_taken', release: id, taxonomyVersion, localModel });
  return renewed;
}

function isUpToDate(release: Release, taxonomyVersion: number, last: LastLearnt | undefined): boolean {
  return release.taxonomyVersion === taxonomyVersion && release.localModel === modelFor(taxonomyVersion, last);
}

/** A model of another taxonomy answers with other labels, so that until the new one is learnt there is none. */
function modelFor(taxonomyVersion: number, last: LastLearnt | undefined): number | null {
  return last?.taxonomyVersion === taxonomyVersion ? last.id : null;
}

async function load(last: LastLearnt | undefined, options: CurrentReleaseOptions): Promise<Current> {
  const { db, settings, makeEngines } = options;
  const published = await currentTaxonomy(db);
  if (published === undefined) throw new TaxonomyMissing();
  const draft = {
    taxonomyVersion: published.version,
    promptVersion: PROMPT_VERSION,
    ...settings,
    localModel: modelFor(published.version, last),
    calibrator: null,
    thresholds: { all: DEFAULT_THRESHOLD, byCategory: {} },
  };
  const id = await ensureRelease(db, draft);
  const bytes = draft.localModel === null ? undefined : await loadLocalModel(db, draft.localModel);
  return { ...makeEngines(bytes), release: { ...draft, id, taxonomy: published.taxonomy } };
}
