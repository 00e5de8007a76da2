import type { Failure, Retry } from '@usher/core/failure';

/** A helpdesk was not reached, or its answer did not come whole. */
export class HelpdeskUnreachable extends Error implements Failure {
  readonly code = 'helpdesk_unreachable';
  readonly retry = 'backoff';

  constructor(why: string) {
    super(`the helpdesk was not reached: ${why}`);
    this.name = 'HelpdeskUnreachable';
  }
}

/** A helpdesk answered that it will not do what was asked. 429 and 503 say when to come again. */
export class HelpdeskRefused extends Error implements Failure {
  readonly code = 'helpdesk_refused';
  readonly retry: Retry;
  readonly status: number;

  constructor({ method, path, status, pauseMs }: { method: string; path: string; status: number; pauseMs: number }) {
    const hint = HINTS[status];
    super(
      `the helpdesk answered ${status} to ${method} ${path.replace(/\?.*$/, '')}${hint === undefined ? '' : ` (${hint})`}`,
    );
    this.name = 'HelpdeskRefused';
    this.status = status;
    this.retry = pauseMs === 0 ? 'backoff' : { afterMs: pauseMs };
  }
}

/** What an operator should look at. */
const HINTS: Readonly<Record<number, string>> = {
  401: 'the credentials are wrong or were revoked',
  403: 'the credentials do not allow this',
  404: 'there is no such thing, or it is not shown to these credentials',
  429: 'too many calls',
};
