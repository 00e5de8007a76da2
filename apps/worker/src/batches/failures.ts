import type { Failure } from '@usher/core/failure';
import type { Spent } from '@usher/db/spending';

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

/** The day's money does not suffice for a chunk; nothing was taken and nothing sent. */
export class MoneyShort extends Error implements Failure {
  readonly code = 'budget_spent';
  readonly retry: { afterMs: number };
  /** What is left, in micro-dollars. */
  readonly leftMicroUsd: number;

  constructor({ purses, freshInMs }: Spent) {
    super("What is left of the day's money does not suffice.");
    this.name = 'MoneyShort';
    this.retry = { afterMs: freshInMs };
    this.leftMicroUsd = Math.min(...purses.map(({ limitMicroUsd, spentMicroUsd }) => limitMicroUsd - spentMicroUsd));
  }
}
