import type { EngineCall } from '@usher/core/engine';
import { type Failure, isFailure, type Retry, retryOf } from '@usher/core/failure';

/** Claude asks everybody to pause for a while. */
export class RateLimited extends Error implements Failure {
  override readonly name = 'RateLimited';
  readonly code = 'rate_limited';
  readonly retry: { afterMs: number };
  readonly calls: EngineCall[] = [];
  /** Whether it came because the use grew too fast. */
  readonly isRamp: boolean;

  constructor(message: string, { afterMs, isRamp }: { afterMs: number; isRamp: boolean }) {
    super(message);
    this.retry = { afterMs };
    this.isRamp = isRamp;
  }
}

/** A spend limit is reached: every further call would be refused until money is there again. */
export class BudgetSpent extends Error implements Failure {
  override readonly name = 'BudgetSpent';
  readonly code = 'budget_spent';
  readonly retry = 'never';
  readonly calls: EngineCall[] = [];
}

/** Claude answered that it cannot answer now. */
export class Overloaded extends Error implements Failure {
  override readonly name = 'Overloaded';
  readonly code = 'claude_overloaded';
  readonly retry = 'backoff';
  readonly calls: EngineCall[] = [];
}

/** No whole answer of Claude's arrived: no connection, a cut body, none in time, or something that is no answer of Claude's. */
export class ConnectionLost extends Error implements Failure {
  override readonly name = 'ConnectionLost';
  readonly code = 'claude_connection_lost';
  readonly retry = 'backoff';
  readonly calls: EngineCall[] = [];
  /** False where no connection was made: what was sent may have run, and may be billed. */
  readonly wasSent: boolean;

  constructor(message: string, { wasSent = true, ...options }: ErrorOptions & { wasSent?: boolean } = {}) {
    super(message, options);
    this.wasSent = wasSent;
  }
}

/** Key, model or address are refused: every ticket would meet the same until somebody changes the configuration. */
export class ConfigurationRefused extends Error implements Failure {
  override readonly name = 'ConfigurationRefused';
  readonly code = 'claude_configuration_refused';
  readonly retry = 'backoff';
  readonly calls: EngineCall[] = [];
}

/** Claude refuses to look at the content of this one request, and would again. */
export class ContentRejected extends Error implements Failure {
  override readonly name = 'ContentRejected';
  readonly code = 'content_rejected';
  readonly retry = 'never';
  readonly requestId: string | null;

  constructor(message: string, requestId: string | null) {
    super(message);
    this.requestId = requestId;
  }
}

/** Claude no longer knows a batch: its results were kept for 29 days, or somebody deleted it. */
export class BatchGone extends Error implements Failure {
  override readonly name = 'BatchGone';
  readonly code = 'batch_gone';
  readonly retry = 'never';
}

/** The gate lets no call through; its own reason says with what code and for how long. */
export class GateClosed extends Error implements Failure {
  override readonly name = 'GateClosed';
  readonly code: string;
  readonly retry: Retry;
  readonly calls: EngineCall[] = [];

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : 'the gate cannot be reached', { cause });
    this.code = isFailure(cause) ? cause.code : 'gate_unreachable';
    this.retry = retryOf(cause);
  }
}

/** The caller's signal ended the work; the ticket is as it was and nothing counts against it. */
export class SuggestAborted extends Error implements Failure {
  override readonly name = 'AbortError';
  readonly code = 'aborted';
  readonly retry = 'backoff';
  readonly calls: EngineCall[] = [];

  constructor() {
    super('the suggestion was aborted');
  }
}

/** What Claude's side did, as far as its answers tell. */
export type ClaudeFailure =
  | RateLimited
  | BudgetSpent
  | Overloaded
  | ConnectionLost
  | ConfigurationRefused
  | ContentRejected;

/** The failures with which a suggestion may end, each carrying the calls that were answered, and paid, before it. */
export type SuggestFailure = Exclude<ClaudeFailure, ContentRejected> | GateClosed | SuggestAborted;

/** Tells whether a thrown thing is how a suggestion of Claude's fails; it then carries the calls to be recorded. */
export function isSuggestFailure(thrown: unknown): thrown is SuggestFailure {
  return [RateLimited, BudgetSpent, Overloaded, ConnectionLost, ConfigurationRefused, GateClosed, SuggestAborted].some(
    (kind) => thrown instanceof kind,
  );
}
