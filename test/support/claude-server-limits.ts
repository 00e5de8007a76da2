/** What an organisation may use of one model in a minute. */
export interface Limits {
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

/** Anthropic's first tier in October 2026. */
export const startTier: Limits = { requests: 1_000, inputTokens: 2_000_000, outputTokens: 400_000 };

/** So much that no test waits for it, also while a budget starts at a tenth. */
export const roomyLimits: Limits = { requests: 10_000_000, inputTokens: 10_000_000_000, outputTokens: 1_000_000_000 };

/** A limit on how fast the use may grow: what a window takes at most, as a multiple of the one before it. */
export interface RampLimit {
  windowMs: number;
  /** Requests that every window takes. */
  atLeast: number;
  factor: number;
}

/** Tokens that count: what is read from the cache does not. */
export interface Counted {
  inputTokens: number;
  outputTokens: number;
}

export type Admission = { kind: 'taken' } | { kind: 'rate_limit' | 'ramp_limit'; retryAfterMs: number };

/** One organisation's accounting for one model. */
export interface Meter {
  /** Takes a request with its tokens from all three buckets, or from none. */
  admit(counted: Counted): Admission;
  /** The `anthropic-ratelimit-*` headers as of now. */
  headers(): Record<string, string>;
}

const MINUTE_MS = 60_000;
const headerNames = { requests: 'requests', inputTokens: 'input-tokens', outputTokens: 'output-tokens' } as const;
const names = ['requests', 'inputTokens', 'outputTokens'] as const;

export interface MeterOptions {
  limits: Limits;
  /** How much of a limit may be used at once, in seconds of it. */
  bucketSeconds: number;
  ramp?: RampLimit | undefined;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Three token buckets that refill all the time, and a ramp limit where there is one. All begin full. */
export function createMeter({ limits, bucketSeconds, ramp, now }: MeterOptions): Meter {
  const depths = each((name) => Math.max(1, (limits[name] * bucketSeconds) / 60));
  const levels = { ...depths };
  const slope = ramp && createRamp(ramp, now);
  let at = now();

  const refill = () => {
    const passed = now() - at;
    at += passed;
    for (const name of names) levels[name] = Math.min(depths[name], levels[name] + (limits[name] / MINUTE_MS) * passed);
  };
  return {
    admit(counted) {
      refill();
      const cost = { requests: 1, ...counted };
      const missing = names.map(
        (name) => (Math.min(cost[name], depths[name]) - levels[name]) / (limits[name] / MINUTE_MS),
      );
      const retryAfterMs = Math.max(...missing);
      if (retryAfterMs > 0) return { kind: 'rate_limit', retryAfterMs };
      const rampMs = slope?.overMs() ?? 0;
      if (rampMs > 0) return { kind: 'ramp_limit', retryAfterMs: rampMs };
      slope?.count();
      for (const name of names) levels[name] -= cost[name];
      return { kind: 'taken' };
    },
    headers() {
      refill();
      return Object.fromEntries(
        names.flatMap((name) => {
          const fullAt = now() + (depths[name] - levels[name]) / (limits[name] / MINUTE_MS);
          const prefix = `anthropic-ratelimit-${headerNames[name]}`;
          return [
            [`${prefix}-limit`, String(limits[name])],
            [`${prefix}-remaining`, String(Math.max(0, Math.floor(levels[name])))],
            [`${prefix}-reset`, new Date(fullAt).toISOString().replace(/\.\d+Z$/, 'Z')],
          ];
        }),
      );
    },
  };
}

function createRamp({ windowMs, atLeast, factor }: RampLimit, now: () => number) {
  let window = Math.floor(now() / windowMs);
  let before = 0;
  let taken = 0;
  const turn = () => {
    const current = Math.floor(now() / windowMs);
    if (current === window) return;
    before = current === window + 1 ? taken : 0;
    window = current;
    taken = 0;
  };
  return {
    /** Milliseconds until the next window, where this one is full; else 0. */
    overMs() {
      turn();
      return taken < Math.max(atLeast, factor * before) ? 0 : (window + 1) * windowMs - now();
    },
    count() {
      taken += 1;
    },
  };
}

function each(of: (name: keyof Limits) => number): Limits {
  return { requests: of('requests'), inputTokens: of('inputTokens'), outputTokens: of('outputTokens') };
}
