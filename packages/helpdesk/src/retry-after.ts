/** The longest that anybody's `retry-after` is heeded, in milliseconds. */
const LONGEST_MS = 24 * 3_600_000;

/** Milliseconds that a `retry-after` header asks for, in either of its two forms (RFC 9110, 10.2.3); null if it says nothing. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const asked = /^\d{1,10}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime();
  return Number.isNaN(asked) ? null : Math.min(Math.max(asked, 0), LONGEST_MS);
}
