/** An answer of somebody else's server, header names in lower case. */
export interface PacedAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
}

const SECOND = 1_000;
/** What a 429 that says no more than this means. */
const UNSAID_MS = 60 * SECOND;
/** The longest that anybody's wish for a pause is heeded. */
const LONGEST_MS = 24 * 3_600 * SECOND;

/** Each vendor has its own spelling; the numbers mean the same. */
const AFTER = ['retry-after', 'x-ratelimit-retry-after'];
const RESET = ['x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset'];
const INTERVAL = 'x-hubspot-ratelimit-interval-milliseconds';
const REMAINING = [
  'x-ratelimit-remaining',
  'x-rate-limit-remaining',
  'ratelimit-remaining',
  'x-ratelimit-remaining-minute',
  'x-hubspot-ratelimit-remaining',
];
/** Gorgias tells `used/limit`. */
const USED = 'x-gorgias-account-api-call-limit';

/**
 * Milliseconds in which a server wants no further call, by its answer: what it asks for when it refuses one (429, or any
 * failure with `retry-after`), or until its limit is reset where this call was the last that it allows. 0 if it asks for
 * nothing, and never more than a day.
 */
export function askedPauseMs({ status, headers }: PacedAnswer, now: Date): number {
  const refused = status === 429 ? UNSAID_MS : 0;
  const after = status >= 400 ? firstOf(headers, AFTER) : undefined;
  const asked = after !== undefined ? untilMs(after, now) : undefined;
  if (asked !== undefined) return bounded(asked);
  return refused > 0 || isUsedUp(headers) ? bounded(untilResetMs(headers, now) ?? refused) : 0;
}

function isUsedUp(headers: PacedAnswer['headers']): boolean {
  const [used, limit] = (headers[USED] ?? '').split('/').map(Number);
  return firstOf(headers, REMAINING) === '0' || (limit !== undefined && limit > 0 && used === limit);
}

function untilResetMs(headers: PacedAnswer['headers'], now: Date): number | undefined {
  const reset = firstOf(headers, RESET);
  if (reset !== undefined) return untilMs(reset, now);
  const interval = headers[INTERVAL];
  return interval !== undefined && /^\d{1,8}$/.test(interval) ? Number(interval) : undefined;
}

/** Small numbers are seconds from now, large ones seconds since 1970, and anything else a date (RFC 9110, 10.2.3). */
function untilMs(text: string, now: Date): number | undefined {
  if (/^\d{1,8}(?:\.\d+)?$/.test(text)) return Number(text) * SECOND;
  const moment = /^\d{9,11}(?:\.\d+)?$/.test(text) ? Number(text) * SECOND : Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment - now.getTime();
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST_MS);
}

function firstOf(headers: PacedAnswer['headers'], names: readonly string[]): string | undefined {
  return names.map((name) => headers[name]).find((value) => value !== undefined);
}
