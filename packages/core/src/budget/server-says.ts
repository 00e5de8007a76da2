import { type Amounts, type Dimension, dimensions } from './rules.ts';

/** What the rate-limit headers of an answer say: limits a minute, and what is left of them. */
export interface ServerSays {
  limits: Partial<Amounts>;
  remaining: Partial<Amounts>;
}

const names: Readonly<Record<Dimension, string>> = {
  requests: 'requests',
  inputTokens: 'input-tokens',
  outputTokens: 'output-tokens',
};

/**
 * Reads `anthropic-ratelimit-{requests,input-tokens,output-tokens}-{limit,remaining}`, as Anthropic's documentation of
 * its rate limits names them. Whatever is missing or not a sensible number stays unsaid.
 */
export function readServerSays(header: (name: string) => string | null): ServerSays {
  const read = (dimension: Dimension, kind: string, least: number) => {
    const text = header(`anthropic-ratelimit-${names[dimension]}-${kind}`)?.trim() ?? '';
    const value = Number(text);
    return /^\d{1,15}$/.test(text) && value >= least ? [[dimension, value] as const] : [];
  };
  return {
    limits: Object.fromEntries(dimensions.flatMap((dimension) => read(dimension, 'limit', 1))),
    remaining: Object.fromEntries(dimensions.flatMap((dimension) => read(dimension, 'remaining', 0))),
  };
}
