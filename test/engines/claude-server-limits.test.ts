import Anthropic from '@anthropic-ai/sdk';
import { readServerSays } from '@usher/core/budget/server-says';
import { translateError } from '@usher/engines/claude/translate-error';
import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readContract } from '../support/claude-schemas.ts';
import { startClaudeServer } from '../support/claude-server.ts';
import { createMeter, type RampLimit } from '../support/claude-server-limits.ts';
import { plainRequest, postMessage } from '../support/claude-server-post.ts';

const limits = { requests: 600, inputTokens: 60_000, outputTokens: 6_000 };
const small = { inputTokens: 1, outputTokens: 1 };

/** A meter with a clock that the test moves. */
function openMeter({ bucketSeconds = 2, ramp }: { bucketSeconds?: number; ramp?: RampLimit } = {}) {
  const clock = { now: 1_000_000 };
  return { clock, meter: createMeter({ limits, bucketSeconds, ramp, now: () => clock.now }) };
}

describe('The limits of the stand-in for Claude', () => {
  test('let a bucket full through at once, and then what refills', () => {
    const { meter, clock } = openMeter();
    const taken = () => Array.from({ length: 100 }, () => meter.admit(small).kind).filter((kind) => kind === 'taken');
    expect(taken()).toHaveLength(20);
    expect(meter.admit(small)).toEqual({ kind: 'rate_limit', retryAfterMs: 100 });
    clock.now += 1_000;
    expect(taken()).toHaveLength(10);
    clock.now += 60_000;
    expect(taken()).toHaveLength(20);
  });

  test('never let more through than depth and rate allow, in any of the three', () => {
    const step = record({
      afterMs: integer({ min: 0, max: 400 }),
      inputTokens: integer({ min: 0, max: 900 }),
      outputTokens: integer({ min: 0, max: 120 }),
    });
    assert(
      property(array(step, { maxLength: 200 }), integer({ min: 1, max: 5 }), (steps, bucketSeconds) => {
        const { meter, clock } = openMeter({ bucketSeconds });
        const used = { requests: 0, inputTokens: 0, outputTokens: 0 };
        const start = clock.now;
        for (const { afterMs, ...counted } of steps) {
          clock.now += afterMs;
          if (meter.admit(counted).kind !== 'taken') continue;
          used.requests += 1;
          used.inputTokens += counted.inputTokens;
          used.outputTokens += counted.outputTokens;
        }
        const seconds = bucketSeconds + (clock.now - start) / 1_000;
        expect(used.requests).toBeLessThanOrEqual((limits.requests / 60) * seconds + 1e-6);
        expect(used.inputTokens).toBeLessThanOrEqual((limits.inputTokens / 60) * seconds + 1e-6);
        expect(used.outputTokens).toBeLessThanOrEqual((limits.outputTokens / 60) * seconds + 1e-6);
      }),
    );
  });

  test('say in their headers what is left and when it is full again', () => {
    const { meter } = openMeter();
    meter.admit({ inputTokens: 500, outputTokens: 50 });
    const headers = meter.headers();
    const says = readServerSays((name) => headers[name] ?? null);
    expect(says).toEqual({ limits, remaining: { requests: 19, inputTokens: 1_500, outputTokens: 150 } });
    expect(headers['anthropic-ratelimit-requests-reset']).toMatch(/^1970-01-01T00:16:40Z$/);
  });

  test('refuse what grows too fast, though the buckets have room', () => {
    const { meter, clock } = openMeter({ bucketSeconds: 60, ramp: { windowMs: 10_000, atLeast: 2, factor: 2 } });
    const taken = () => {
      let count = 0;
      while (meter.admit(small).kind === 'taken') count += 1;
      return count;
    };
    const growth = [1, 2, 3, 4].map(() => {
      const count = taken();
      clock.now += 10_000;
      return count;
    });
    expect(growth).toEqual([2, 4, 8, 16]);
    taken();
    expect(meter.admit(small)).toEqual({ kind: 'ramp_limit', retryAfterMs: 10_000 });
  });
});

describe('A stand-in for Claude that is at its limit', () => {
  const contract = readContract();
  const client = (url: string) => new Anthropic({ apiKey: 'key', baseURL: url, maxRetries: 0 });
  const failure = (url: string) =>
    client(url)
      .messages.create({
        model: 'claude-haiku-5-5',
        max_tokens: 10,
        thinking: { type: 'disabled' },
        messages: [{ role: 'user', content: 'x' }],
      })
      .then(
        () => undefined,
        (thrown: unknown) => translateError(thrown, Date.now()),
      );

  test.each([
    [
      'rate',
      { limits: { ...limits, requests: 30 } },
      { code: 'rate_limited', isRamp: false, retry: { afterMs: 2_000 } },
    ],
    ['ramp', { ramp: { windowMs: 3_600_000, atLeast: 1, factor: 1 } }, { code: 'rate_limited', isRamp: true }],
    ['spend', { spendCapMicroUsd: 1 }, { code: 'budget_spent' }],
  ] as const)('by %s answers as the API does', async (_, options, expected) => {
    await using server = await startClaudeServer({ ...options, bucketSeconds: 2 });
    expect((await postMessage(server)).status).toBe(200);
    const { status, body, headers } = await postMessage(server);
    expect(status).toBe(429);
    const { details, ...error } = z.looseObject({ details: z.unknown().optional() }).parse(body['error']);
    expect(contract.problems('ClaudeErrorResponse', { ...body, error })).toEqual([]);
    if (details !== undefined) expect(contract.problems('ClaudeErrorDetails', details)).toEqual([]);
    // A spend cap does not say when to come again.
    expect(headers.has('retry-after')).toBe(expected.code === 'rate_limited');
    expect(await failure(server.url)).toMatchObject(expected);
  });

  test('keeps accounts of each model apart, and counts nothing that the cache gave', async () => {
    await using server = await startClaudeServer({ limits });
    const long = { system: [{ type: 'text', text: 'x'.repeat(3_000), cache_control: { type: 'ephemeral' } }] };
    const remaining = async (change: object) =>
      Number((await postMessage(server, change)).headers.get('anthropic-ratelimit-input-tokens-remaining'));
    const wrote = await remaining(long);
    const read = await remaining(long);
    expect(wrote).toBeLessThan(2_000 - 740);
    expect(wrote - read).toBeLessThan(20);
    expect(await remaining({ model: 'claude-opus-5-5', thinking: undefined })).toBeGreaterThan(1_950);
    expect(plainRequest.model).not.toBe('claude-opus-5-5');
  });
});
