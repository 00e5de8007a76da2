import type { Failure, Retry } from '@usher/core/failure';

/** The bytes are not a local model, or not one that this version can read. */
export class CorruptModel extends Error implements Failure {
  override readonly name = 'CorruptModel';
  readonly code = 'corrupt_model';
  readonly retry: Retry = 'never';

  constructor(what: string, options?: ErrorOptions) {
    super(`the local model can't be read: ${what}`, options);
  }
}

/** The thread that should have trained a model ended without one. */
export class TrainingFailed extends Error implements Failure {
  override readonly name = 'TrainingFailed';
  readonly code = 'training_failed';
  readonly retry: Retry = 'backoff';

  constructor(what: string, options?: ErrorOptions) {
    super(`the local model could not be trained: ${what}`, options);
  }
}
