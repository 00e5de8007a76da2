import { amounts, type Amounts, dimensions, type Pool } from '@usher/core/budget/rules';
import { describe, expect, test } from 'vitest';
import { type Caller, letCall, openWarmBook } from './callers.ts';

const pool: Pool = {
  account: 'test',
  model: 'claude-haiku-5-5',
  limits: { requests: 6_000, inputTokens: 2_000_000, outputTokens: 400_000 },
};
const SECONDS = 90;

/** A server's buckets, so many seconds deep and full; tells whether it takes a call. */
function openBuckets(depthSeconds: number) {
  const rates = amounts((dimension) => pool.limits[dimension] / 60_000);
  const depths = amounts((dimension) => rates[dimension] * depthSeconds * 1_000);
  let levels = depths;
  let at = 0;
  return {
    takes(now: number, cost: Amounts): boolean {
      const filled = (name: keyof Amounts) => Math.min(depths[name], levels[name] + rates[name] * (now - at));
      levels = amounts(filled);
      at = now;
      if (dimensions.some((dimension) => levels[dimension] < cost[dimension])) return false;
      levels = amounts((dimension) => levels[dimension] - cost[dimension]);
      return true;
    },
  };
}

/** Calls at a tenth more than the limit allows, half to one and a half times as long as the mean, and how far the estimate is off. */
function tooManyCalls(means: { inputTokens: number; outputTokens: number }, off: number): Caller[] {
  const { requests, inputTokens, outputTokens } = pool.limits;
  const aMinute = Math.min(requests, inputTokens / means.inputTokens, outputTokens / means.outputTokens) * 1.1;
  return Array.from({ length: Math.floor((aMinute * SECONDS) / 60) }, (_, index) => {
    const size = 0.5 + ((index * 7_919) % 1_000) / 1_000;
    const tokens = (factor: number) => ({
      inputTokens: Math.round(means.inputTokens * factor),
      outputTokens: Math.round(means.outputTokens * factor),
    });
    return {
      share: 'bulk',
      comesAt: Math.floor((index * 60_000) / aMinute),
      estimate: tokens(size * (1 + off)),
      used: { tokens: tokens(size), afterMs: 300 + ((index * 104_729) % 600) },
    };
  });
}

function run(calls: readonly Caller[], depthSeconds: number) {
  const buckets = openBuckets(depthSeconds);
  const used = { requests: 0, inputTokens: 0, outputTokens: 0 };
  let refused = 0;
  letCall(openWarmBook(pool), calls, ({ caller, at }) => {
    const cost = { requests: 1, inputTokens: 0, outputTokens: 0, ...caller.used?.tokens };
    if (!buckets.takes(at, cost)) refused += 1;
    else if (at >= 20_000 && at < 80_000) for (const dimension of dimensions) used[dimension] += cost[dimension];
  });
  const uses = dimensions.map((dimension) => used[dimension] / pool.limits[dimension]);
  return { use: Math.max(...uses), refused: refused / calls.length };
}

describe.each([
  ['requests', { inputTokens: 120, outputTokens: 40 }],
  ['input tokens', { inputTokens: 600, outputTokens: 60 }],
  ['output tokens', { inputTokens: 300, outputTokens: 150 }],
] as const)('A fleet that is short of %s, with a server whose buckets are one second deep,', (_, means) => {
  test.each([
    { estimates: 'right', off: 0 },
    { estimates: '30 % too high', off: 0.3 },
    { estimates: '30 % too low', off: -0.3 },
  ])('uses 98 % of the limit and is hardly ever refused where estimates are $estimates', ({ off }) => {
    const { use, refused } = run(tooManyCalls(means, off), 1);

    expect(use).toBeGreaterThan(0.97);
    expect(use).toBeLessThan(0.99);
    expect(refused).toBeLessThanOrEqual(0.001);
  });
});
