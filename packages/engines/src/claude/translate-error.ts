import { APIError } from '@anthropic-ai/sdk';
import type { GateNews } from '@usher/core/engine';
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
  return new ConnectionLost(`no whole answer: ${reason}`, { cause: thrown });
}

/** What every other caller should learn from a failure; null where it concerns this call alone. */
export function newsOf(failure: ClaudeFailure): GateNews | null {
  switch (failure.code) {
    case 'rate_limited':
      return { kind: 'pause', afterMs: failure.retry.afterMs, reason: failure.message };
    case 'budget_spent':
      return { kind: 'open', reason: 'money', detail: failure.message };
    case 'claude_configuration_refused':
      return { kind: 'open', reason: 'configuration', detail: failure.message };
    case 'content_rejected':
      return { kind: 'answered' };
    case 'claude_overloaded':
    case 'claude_connection_lost':
      return null;
  }
}

function translateAnswer(error: APIError, status: number, now: number): ClaudeFailure {
  const detail = describe(error, status);
  if (isSpendLimit(error, status)) return new BudgetSpent(detail);
  if (status === 429) return new RateLimited(detail, pauseMs(error.headers, now));
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
