/** What an organisation may use in a minute; the defaults are Anthropic's first tier in October 2026. */
export interface Limits {
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

/** So much that no test waits for it, also while a budget starts at a tenth. */
export const roomyLimits: Limits = { requests: 10_000_000, inputTokens: 10_000_000_000, outputTokens: 1_000_000_000 };

export const startTier: Limits = { requests: 1_000, inputTokens: 2_000_000, outputTokens: 400_000 };

/** The rate-limit headers of an answer. Every allowance is reported as full: nothing is accounted for yet. */
export function limitHeaders(limits: Limits, now: number): Record<string, string> {
  const reset = new Date(now).toISOString();
  return Object.fromEntries(
    Object.entries({
      requests: limits.requests,
      'input-tokens': limits.inputTokens,
      'output-tokens': limits.outputTokens,
    }).flatMap(([name, limit]) => [
      [`anthropic-ratelimit-${name}-limit`, String(limit)],
      [`anthropic-ratelimit-${name}-remaining`, String(limit)],
      [`anthropic-ratelimit-${name}-reset`, reset],
    ]),
  );
}
