import type { Failure } from '@usher/core/failure';

/** The queue's server did not answer in time or refused; nothing is known to be enqueued. */
export class QueueUnreachable extends Error implements Failure {
  readonly code = 'queue_unreachable';
  readonly retry = 'backoff';

  constructor(options?: ErrorOptions) {
    super('The queue cannot be reached.', options);
  }
}

/** The queue's address names a server that Usher cannot queue on. Its password is not repeated. */
export class QueueUrlUnsupported extends Error implements Failure {
  readonly code = 'queue_url_unsupported';
  readonly retry = 'never';

  constructor(scheme: string) {
    super(`The queue's address starts with "${scheme}"; it must start with redis://, rediss:// or postgres://.`);
  }
}

/** A payload that the job catalogue refuses. */
export class JobInvalid extends Error implements Failure {
  readonly code = 'job_invalid';
  readonly retry = 'never';

  constructor(jobName: string, options?: ErrorOptions) {
    super(`The catalogue of jobs refuses this payload for "${jobName}".`, options);
  }
}
