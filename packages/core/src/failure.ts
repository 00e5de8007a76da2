/**
 * When a broken thing may be tried again: never, after a growing pause, or after a given number of milliseconds.
 */
export type Retry = 'never' | 'backoff' | { afterMs: number };

/** What every error of ours carries, so that only the API and the queue consumer need to translate. */
export interface Failure extends Error {
  /** Stable, snake_case, part of the API problem answer and of the logs. */
  readonly code: string;
  readonly retry: Retry;
}

/** Tells whether a thrown thing is one of ours. */
export function isFailure(thrown: unknown): thrown is Failure {
  return thrown instanceof Error && 'code' in thrown && 'retry' in thrown;
}

/** What to do about any thrown thing; one that is not ours is retried with a growing pause. */
export function retryOf(thrown: unknown): Retry {
  return isFailure(thrown) ? thrown.retry : 'backoff';
}
