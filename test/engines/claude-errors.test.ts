import type { CallEnd, Gate } from '@usher/core/gate';
import type { Failure } from '@usher/core/failure';
import { BudgetSpent, ConfigurationRefused, Overloaded, RateLimited } from '@usher/engines/claude/failures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst, failureOf, outcomesOf } from '../support/claude-server-engine.ts';
import type { ClaudeErrorName } from '../support/claude-server-errors.ts';

let server: ClaudeServer;
beforeAll(async () => {
  server = await startClaudeServer();
});
afterAll(() => server.stop());

/** What is left of the server's buckets differs from call to call; everything else that is told may not. */
const withoutRest = (end: CallEnd) => ('says' in end ? { ...end, says: { ...end.says, remaining: {} } } : end);

const haiku = 'claude-haiku-5-5';
const names = <const Names extends readonly ClaudeErrorName[]>(...list: Names) => list;

describe('a rate limit pauses everybody', () => {
  test.each([
    ['rate_limit', undefined, 7_000],
    ['ramp_limit', undefined, 20_000],
    ['rate_limit', '1.5', 1_500],
    ['rate_limit', '0', 1_000],
    ['rate_limit', '99999999', 3_600_000],
    ['rate_limit', 'Thu, 08 Oct 2026 00:00:30 GMT', 30_000],
    ['rate_limit', 'Wed, 07 Oct 2026 00:00:00 GMT', 1_000],
    ['rate_limit', 'soon', 5_000],
  ] as const)('%s with retry-after %s', async (error, retryAfter, afterMs) => {
    server.script({ error, ...(retryAfter === undefined ? {} : { retryAfter }) });
    const now = () => Date.parse('2026-10-08T00:00:00Z');
    const { suggest, ends } = engineAgainst(server, { now });
    const failure = await failureOf(suggest());
    expect(failure).toBeInstanceOf(RateLimited);
    expect(failure).toMatchObject({ code: 'rate_limited', retry: { afterMs }, calls: [] });
    const isRamp = error === 'ramp_limit';
    expect(ends).toMatchObject([{ kind: 'rate_limited', afterMs, isRamp, says: { limits: { requests: 10_000_000 } } }]);
  });

  test('also when it does not say for how long', async () => {
    server.script({ error: 'rate_limit', retryAfter: undefined });
    const { suggest, ends } = engineAgainst(server);
    expect(await failureOf(suggest())).toMatchObject({ code: 'rate_limited', retry: { afterMs: 5_000 } });
    expect(ends).toMatchObject([{ kind: 'rate_limited', afterMs: 5_000 }]);
  });
});

test('a rate limit whose body never ends is told all the same, at the deadline', async () => {
  const body = { status: 429, contentType: 'application/json', body: '{"type":"error"', isEndless: true };
  server.script({ foreign: body });
  const { suggest, ends } = engineAgainst(server, { deadlineMs: 2_000 });
  expect(await failureOf(suggest())).toBeInstanceOf(RateLimited);
  expect(ends).toMatchObject([{ kind: 'rate_limited' }]);
});

describe('a spent budget', () => {
  const limits = names('enforced_spend_limit', 'contract_spend_limit', 'own_spend_limit');

  test.each(limits)('%s opens the breaker, and a person decides at once', async (error) => {
    for (const mayWait of [true, false]) {
      server.script({ error });
      const { suggest, ends } = engineAgainst(server);
      expect(await suggest({ mayWait })).toEqual({ kind: 'nothing', reason: 'budget_spent', calls: [] });
      expect(ends).toEqual([{ kind: 'refused', reason: 'money', detail: expect.any(String) }]);
    }
  });

  test('is told from a rate limit even if it comes with a time to wait', async () => {
    server.script({ error: 'enforced_spend_limit', retryAfter: '30' });
    expect(await engineAgainst(server).suggest()).toMatchObject({ reason: 'budget_spent' });
  });

  test('is a person, too, when it is the gate that knows of it', async () => {
    const { suggest } = engineAgainst(server, { gate: closedGate(new BudgetSpent('the day is spent')) });
    expect(await suggest()).toEqual({ kind: 'nothing', reason: 'budget_spent', calls: [] });
  });
});

describe('what passes by itself', () => {
  const errors = names('request_timeout', 'conflict', 'internal', 'unavailable', 'gateway_timeout', 'overloaded');

  test.each(errors)('%s lets the ticket wait, with a growing pause', async (error) => {
    server.script({ error });
    const { suggest, ends } = engineAgainst(server);
    const failure = await failureOf(suggest());
    expect(failure).toBeInstanceOf(Overloaded);
    expect(failure).toMatchObject({ code: 'claude_overloaded', retry: 'backoff', calls: [] });
    expect(ends).toMatchObject([{ kind: 'failed' }]);
  });
});

describe('a configuration that is refused', () => {
  const errors = names('authentication', 'billing', 'permission', 'not_found', 'organization_on_hold');

  test.each(errors)('%s opens the breaker for all, and the ticket waits', async (error) => {
    server.script({ error });
    const { suggest, ends } = engineAgainst(server);
    const failure = await failureOf(suggest());
    expect(failure).toBeInstanceOf(ConfigurationRefused);
    expect(failure).toMatchObject({ code: 'claude_configuration_refused', retry: 'backoff' });
    expect(ends).toEqual([{ kind: 'refused', reason: 'configuration', detail: expect.any(String) }]);
  });

  test('a retired model and a missing key are such configurations', async () => {
    for (const options of [{ model: 'claude-sonnet-4-20250514' }, { apiKey: undefined }, { apiKey: '' }])
      expect(await failureOf(engineAgainst(server, options).suggest())).toBeInstanceOf(ConfigurationRefused);
  });
});

describe('content that is rejected', () => {
  test.each(names('invalid_request', 'too_large'))('%s ends with a person, without another try', async (error) => {
    const before = server.requests.length;
    server.script({ error });
    const { suggest, ends } = engineAgainst(server);
    const answer = await suggest();
    expect(answer).toMatchObject({
      kind: 'nothing',
      reason: 'content_rejected',
      calls: [
        {
          model: haiku,
          outcome: 'content_rejected',
          usage: null,
          costMicroUsd: 0,
          requestId: expect.stringMatching(/^req_/),
        },
      ],
    });
    expect(ends).toMatchObject([{ kind: 'rejected' }]);
    expect(server.requests.length - before).toBe(1);
  });
});

describe('a ticket that may not wait', () => {
  test.each(names('rate_limit', 'ramp_limit', 'overloaded', 'internal', 'conflict', 'authentication', 'not_found'))(
    'is answered as unavailable after %s, and the others are told all the same',
    async (error) => {
      server.script({ error }, { error });
      const waiting = engineAgainst(server);
      const urgent = engineAgainst(server);
      await failureOf(waiting.suggest());
      expect(await urgent.suggest({ mayWait: false })).toEqual({ kind: 'nothing', reason: 'unavailable', calls: [] });
      expect(urgent.ends.map(withoutRest)).toEqual(waiting.ends.map(withoutRest));
    },
  );

  test('is answered as unavailable when the gate is closed', async () => {
    const { suggest } = engineAgainst(server, { gate: closedGate(new Overloaded('the breaker is open')) });
    expect(await suggest({ mayWait: false })).toEqual({ kind: 'nothing', reason: 'unavailable', calls: [] });
  });
});

describe('a gate that lets nobody through', () => {
  test('is the reason why the ticket waits, with its own code and pause, and nothing is sent', async () => {
    const before = server.requests.length;
    const cause = new RateLimited('paused', { afterMs: 1_234, isRamp: false });
    const failure = await failureOf(engineAgainst(server, { gate: closedGate(cause) }).suggest());
    expect(failure).toMatchObject({ code: 'rate_limited', retry: { afterMs: 1_234 }, cause });
    expect(server.requests.length).toBe(before);
  });

  test('is tried again after a growing pause if it cannot be reached', async () => {
    const failure = await failureOf(engineAgainst(server, { gate: closedGate(new Error('no route')) }).suggest());
    expect(failure).toMatchObject({ code: 'gate_unreachable', retry: 'backoff' });
  });
});

test('calls that were paid before a failure travel with it', async () => {
  server.script('not_json', 'not_json', { error: 'overloaded' });
  const failure = await failureOf(engineAgainst(server).suggest());
  expect(failure).toBeInstanceOf(Overloaded);
  expect(outcomesOf(failure.calls)).toEqual([
    [haiku, 'unusable'],
    [haiku, 'unusable'],
  ]);
  expect(failure.calls.every(({ costMicroUsd }) => costMicroUsd > 0)).toBe(true);
});

test('calls that were paid before the money ran out are in the answer', async () => {
  server.script('refusal', { error: 'enforced_spend_limit' });
  const answer = await engineAgainst(server).suggest();
  expect(answer).toMatchObject({ kind: 'nothing', reason: 'budget_spent' });
  expect(outcomesOf(answer.calls)).toEqual([[haiku, 'refused']]);
});

describe('an error that is not as the API writes it', () => {
  test.each([
    [502, 'text/html', '<html>Bad gateway</html>', 'claude_overloaded'],
    [403, 'text/html', '<html>Forbidden by the proxy</html>', 'claude_configuration_refused'],
    [403, 'application/json', 'null', 'claude_configuration_refused'],
    [429, 'application/json', '{"error":5}', 'rate_limited'],
    [429, 'application/json', '{"error":{"message":{},"details":[],"type":7}}', 'rate_limited'],
    [503, 'application/json', '"text"', 'claude_overloaded'],
  ])('is judged by its status: %d %s %s', async (status, contentType, body, code) => {
    server.script({ foreign: { status, contentType, body } });
    expect(await failureOf(engineAgainst(server).suggest())).toMatchObject({ code });
  });

  test('is content that is rejected where its status is 400', async () => {
    server.script({ foreign: { status: 400, contentType: 'application/json', body: '{"error":{"message":["odd"]}}' } });
    expect(await engineAgainst(server).suggest()).toMatchObject({ reason: 'content_rejected' });
  });
});

function closedGate(reason: Failure | Error): Gate {
  return { enter: () => Promise.reject(reason) };
}
