import type { EngineName } from '@usher/core/engine';
import type { Failure } from '@usher/core/failure';
import { PROMPT_VERSION } from '@usher/core/prompt';
import type { Release } from '@usher/core/release';
import { currentCalibrator, loadCalibrator } from '@usher/db/calibrators';
import type { Db } from '@usher/db/connect';
import { loadLocalModel, modelInForce } from '@usher/db/local-models';
import { currentThresholds } from '@usher/db/promises';
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

/** Who suggests the category, and the models of Claude that may be asked. */
export interface EngineSettings {
  engine: EngineName;
  model: string;
  hardModel: string;
}

export interface CurrentReleaseOptions {
  db: Db;
  report: Report;
  settings: EngineSettings;
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
  const { report } = options;
  const parts = await lookUp(options);
  if (current !== undefined && isUpToDate(current.release, parts)) return current;
  const renewed = await load(parts, options);
  const { id, taxonomyVersion, localModel } = renewed.release;
  report({ kind: 'release_taken', release: id, taxonomyVersion, localModel });
  return renewed;
}

/** What may change in a release while a worker runs. */
type Parts = Pick<Release, 'taxonomyVersion' | 'localModel' | 'calibrator' | 'thresholds'>;

/** A model of another taxonomy answers with other labels, so that until the new one is learnt there is none. */
async function lookUp({ db, settings }: CurrentReleaseOptions): Promise<Parts> {
  const taxonomyVersion = await currentTaxonomyVersion(db);
  const [localModel, calibrator, thresholds] = await Promise.all([
    modelInForce(db, taxonomyVersion),
    settings.engine === 'local' ? null : currentCalibrator(db, settings.model),
    currentThresholds(db),
  ]);
  return { taxonomyVersion, localModel, calibrator, thresholds };
}

function isUpToDate(release: Release, { thresholds, ...parts }: Parts): boolean {
  const { taxonomyVersion, localModel, calibrator } = release;
  const isSame =
    taxonomyVersion === parts.taxonomyVersion && localModel === parts.localModel && calibrator === parts.calibrator;
  return isSame && JSON.stringify(release.thresholds) === JSON.stringify(thresholds);
}

async function load(parts: Parts, options: CurrentReleaseOptions): Promise<Current> {
  const { db, settings, makeEngines } = options;
  const published = await currentTaxonomy(db);
  if (published === undefined) throw new TaxonomyMissing();
  // A version that was published in between is taken up with its own model at the next look.
  const isSame = published.version === parts.taxonomyVersion;
  const draft = {
    ...parts,
    taxonomyVersion: published.version,
    localModel: isSame ? parts.localModel : null,
    promptVersion: PROMPT_VERSION,
    ...settings,
  };
  const id = await ensureRelease(db, draft);
  const localModel = draft.localModel === null ? undefined : await loadLocalModel(db, draft.localModel);
  const calibration = draft.calibrator === null ? null : await loadCalibrator(db, draft.calibrator);
  const made = makeEngines({ localModel, calibration, thresholds: draft.thresholds });
  return { ...made, release: { ...draft, id, taxonomy: published.taxonomy } };
}
