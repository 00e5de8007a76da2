import type { CacheControl, ClaudeRequest } from './claude-server-request.ts';

/** Shorter prefixes are silently not cached (both numbers: Anthropic's documentation of prompt caching). */
const SHORTEST_CACHED_PREFIX = 512;
const LIFETIME_MS = { '5m': 300_000, '1h': 3_600_000 };

/** A rough count; the true tokeniser is not public. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Input tokens of one request: read from the cache, written to it, and neither. */
export interface InputTokens {
  read: number;
  write5m: number;
  write1h: number;
  uncached: number;
}

export interface PromptCache {
  /** Counts a request that arrives now. */
  count(request: ClaudeRequest): InputTokens;
  /** Keeps, or refreshes, the prefix of a request whose answer begins now. */
  keep(request: ClaudeRequest): void;
}

/**
 * A prompt cache with one breakpoint, on the static prefix of tools and system text. An entry can be read only after the
 * first answer that wrote it has begun: requests that come before that write it too.
 */
export function createPromptCache(now: () => number): PromptCache {
  const entries = new Map<string, { lifetimeMs: number; until: number }>();
  const heldEntry = (key: string) => {
    const entry = entries.get(key);
    return entry !== undefined && entry.until > now() ? entry : undefined;
  };

  return {
    count(request) {
      const prefix = prefixOf(request);
      const prefixTokens = countTokens(prefix.text);
      const rest = countTokens(JSON.stringify(request.messages));
      if (prefix.breakpoint === undefined || prefixTokens < SHORTEST_CACHED_PREFIX)
        return { read: 0, write5m: 0, write1h: 0, uncached: prefixTokens + rest };
      const isHeld = heldEntry(prefix.key) !== undefined;
      const ttl = prefix.breakpoint.ttl ?? '5m';
      return {
        read: isHeld ? prefixTokens : 0,
        write5m: !isHeld && ttl === '5m' ? prefixTokens : 0,
        write1h: !isHeld && ttl === '1h' ? prefixTokens : 0,
        uncached: rest,
      };
    },
    keep(request) {
      const { key, breakpoint } = prefixOf(request);
      if (breakpoint === undefined) return;
      // A read keeps the entry for as long again as its writer paid for.
      const lifetimeMs = heldEntry(key)?.lifetimeMs ?? LIFETIME_MS[breakpoint.ttl ?? '5m'];
      entries.set(key, { lifetimeMs, until: now() + lifetimeMs });
    },
  };
}

function prefixOf(request: ClaudeRequest): { key: string; text: string; breakpoint: CacheControl | undefined } {
  const { model, tools = [], system = '', thinking, output_config: config } = request;
  const blocks = typeof system === 'string' ? [] : system;
  const text = [...tools.map((tool) => JSON.stringify(tool)), ...blocks.map((block) => block.text)].join('\n');
  const breakpoint = blocks.at(-1)?.cache_control ?? undefined;
  // A change of format, tools, thinking or effort empties the cache too.
  return { key: JSON.stringify({ model, text, thinking, config }), text, breakpoint };
}
