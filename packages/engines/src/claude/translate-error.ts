import { APIError, NotFoundError } from '@anthropic-ai/sdk';
import { readServerSays } from '@usher/core/budget/server-says';
import type { CallEnd } from '@usher/core/gate';
import {
  BudgetSpent,
  type ClaudeFailure,
  ConfigurationRefused,
  ConnectionLost,
  ContentRejected,
  Overloaded,
  RateLimited,
} from './failures.ts';

const SPEND_LIMITS = new Set(['enforced_spend_limit_reached', 'contract_spend_limit_reached']);

/** A workspace's own spend limit comes as a plain 400 without a code; its wording is all there is to go by. */
const OWN_SPEND_LIMIT = 'You have reached your specified';

/** Codes under status 400 that speak of the account and not of this request. */
const ACCOUNT_CODES = new Set(['organization_on_hold', 'cmek_key_disabled', 'cmek_key_network_blocked']);

/** A limit on how fast the use may grow. */
const RAMP_LIMIT = 'ramp_limit_exceeded';

/** What Node says where there is no connection at all. */
const UNCONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const CONTENT_STATUSES = new Set([400, 413, 422]);
const MOMENTARY_STATUSES = new Set([408, 409, 499]);

/** The pause when a rate limit does not say for how long, and the bounds of what is believed when it does. */
const DEFAULT_PAUSE_MS = 5_000;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

const MAX_DETAIL = 300;

/**
 * Turns whatever a call of Claude's client threw into one of our failures: the only place that looks at its HTTP
 * statuses. `now` is the time in milliseconds since 1970, for a `retry-after` that is a date.
 */
export function translateError(thrown: unknown, now: number): ClaudeFailure {
  if (thrown instanceof APIError && thrown.status !== undefined) return translateAnswer(thrown, thrown.status, now);
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new ConnectionLost(`no whole answer: ${reason}`, { cause: thrown, wasSent: !isUnconnected(thrown) });
}

/** How a call ended that failed, for the gate; `thrown` is what its failure was translated from. */
export function endOf(failure: ClaudeFailure, thrown: unknown): CallEnd {
  const headers = thrown instanceof APIError ? thrown.headers : undefined;
  const says = readServerSays((name) => headers?.get(name) ?? null);
  const detail = failure.message;
  switch (failure.code) {
    case 'rate_limited':
      return { kind: 'rate_limited', afterMs: failure.retry.afterMs, isRamp: failure.isRamp, detail, says };
    case 'budget_spent':
      return { kind: 'refused', reason: 'money', detail };
    case 'claude_configuration_refused':
      return { kind: 'refused', reason: 'configuration', detail };
    case 'content_rejected':
      return { kind: 'rejected', says };
    case 'claude_overloaded':
      return { kind: 'failed', detail, says };
    case 'claude_connection_lost':
      return { kind: 'lost', wasSent: failure.wasSent, detail };
  }
}

/** Tells whether an error, or what caused it, means that nothing was ever sent. */
function isUnconnected(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ('code' in thrown && UNCONNECTED.has(String(thrown.code))) return true;
  if (thrown instanceof AggregateError) return thrown.errors.every(isUnconnected);
  return isUnconnected(thrown.cause);
}

function translateAnswer(error: APIError, status: number, now: number): ClaudeFailure {
  const detail = describe(error, status);
  if (isSpendLimit(error, status)) return new BudgetSpent(detail);
  if (status === 429) {
    const isRamp = error.errorCode === RAMP_LIMIT;
    return new RateLimited(detail, { afterMs: pauseMs(error.headers, now), isRamp });
  }
  if (CONTENT_STATUSES.has(status) && !ACCOUNT_CODES.has(error.errorCode ?? ''))
    return new ContentRejected(detail, error.requestID ?? null);
  if (status >= 500 || MOMENTARY_STATUSES.has(status)) return new Overloaded(detail);
  return new ConfigurationRefused(detail);
}

function isSpendLimit(error: APIError, status: number): boolean {
  if (status === 429) return SPEND_LIMITS.has(error.errorCode ?? '');
  return status === 400 && String(error.apiMessage).startsWith(OWN_SPEND_LIMIT);
}

/** Reads `retry-after` as RFC 9110 has it: seconds, or a date. */
function pauseMs(headers: Headers | undefined, now: number): number {
  const value = headers?.get('retry-after')?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  if (Number.isNaN(ms)) return DEFAULT_PAUSE_MS;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, Math.ceil(ms)));
}

function describe(error: APIError, status: number): string {
  const name = error.errorCode ?? error.type ?? 'error';
  return `Claude answered ${status} ${name}: ${error.apiMessage ?? 'no reason given'}`.slice(0, MAX_DETAIL);
}

/** Whether the API says that what was asked for by its id does not exist. */
export function isNotFound(thrown: unknown): boolean {
  return thrown instanceof NotFoundError;
}
