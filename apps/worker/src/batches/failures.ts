import type { Failure } from '@usher/core/failure';

/** The results of a batch came to their end without a line for every request; they are read again from the top. */
export class ResultsIncomplete extends Error implements Failure {
  readonly code = 'results_incomplete';
  readonly retry = 'backoff';

  constructor(missing: number) {
    super(`The results ended ${missing} lines too early.`);
    this.name = 'ResultsIncomplete';
  }
}

/** The release of a chunk is not in the database. */
export class ReleaseMissing extends Error implements Failure {
  readonly code = 'release_missing';
  readonly retry = 'backoff';

  constructor(releaseId: number) {
    super(`There is no release ${releaseId}.`);
    this.name = 'ReleaseMissing';
  }
}
