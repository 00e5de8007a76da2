import { costMicroUsd, pricesAt } from '@usher/core/price';
import { Suggestion } from '@usher/core/suggestion';
import { readPrices } from '@usher/engines/claude/prices';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst, outcomesOf, refundTicket } from '../support/claude-server-engine.ts';
import { roomyLimits } from '../support/claude-server-limits.ts';

let server: ClaudeServer;
beforeAll(async () => {
  server = await startClaudeServer();
});
afterAll(() => server.stop());

const haiku = 'claude-haiku-5-5';
const sonnet = 'claude-sonnet-5-5';

test('a ticket gets a category and a subcategory of the taxonomy', async () => {
  const answer = await engineAgainst(server).suggest();
  if (answer.kind === 'nothing') throw new Error(answer.reason);
  expect(answer.standIn).toBeNull();
  expect(Suggestion.parse(answer.suggestion)).toMatchObject({
    category: 'billing',
    subcategory: 'refund_request',
    calibrated: false,
  });
});

test('category and subcategory come of the same call, and where none fits the category is given alone', async () => {
  const requests = server.requests.length;
  const named = await engineAgainst(server).suggest();
  expect(named).toMatchObject({ suggestion: { category: 'billing', subcategory: 'refund_request' } });
  const unnamed = await engineAgainst(server).suggest({ ticket: { subject: '', body: 'I was charged.' } });
  expect(unnamed).toMatchObject({ suggestion: { category: 'billing', subcategory: null } });
  expect([named.calls.length, unnamed.calls.length, server.requests.length - requests]).toEqual([1, 1, 2]);
});

test('an unclear ticket gets a low confidence', async () => {
  const answer = await engineAgainst(server).suggest({ ticket: { subject: '', body: 'hello?' } });
  if (answer.kind === 'nothing') throw new Error(answer.reason);
  expect(answer.suggestion.confidence).toBeLessThan(0.5);
});

test('the call is recorded with its tokens, its price and the id of the request', async () => {
  let time = 1_000;
  const { suggest } = engineAgainst(server, { now: () => (time += 250) });
  const { calls } = await suggest({ ticket: refundTicket });
  expect(calls).toMatchObject([
    {
      engine: 'claude',
      model: haiku,
      outcome: 'suggested',
      suggestion: { category: 'billing' },
      durationMs: 250,
      requestId: expect.stringMatching(/^req_/),
    },
  ]);
  const [call] = calls;
  if (call?.usage == null) throw new Error('the call was recorded without its usage');
  expect(call.usage).toMatchObject({ cacheWrite5mTokens: 0, serviceTier: 'standard' });
  expect(call.usage.inputTokens).toBeGreaterThan(0);
  expect(call.usage.outputTokens).toBeGreaterThan(0);
  expect(call.costMicroUsd).toBe(costMicroUsd(call.usage, haiku, pricesAt(readPrices(), time)));
});

test('the second ticket reads the static part of the prompt from the cache that the first one wrote', async () => {
  await using fresh = await startClaudeServer();
  const { suggest } = engineAgainst(fresh);
  const first = await suggest({ ticket: { subject: 'a', body: 'refund' } });
  const second = await suggest({ ticket: { subject: 'b', body: 'The app crashes.' } });
  const written = first.calls[0]?.usage?.cacheWrite1hTokens;
  expect(written).toBeGreaterThan(512);
  expect(second.calls[0]?.usage).toMatchObject({ cacheReadTokens: written, cacheWrite1hTokens: 0 });
});

test('the gate is asked before the call and told after it', async () => {
  const { suggest, entered, ends } = engineAgainst(server);
  const { calls } = await suggest();
  expect(entered).toMatchObject([{ model: haiku, key: '7-1-first', share: 'live', sourceId: 3 }]);
  expect(ends).toMatchObject([
    { kind: 'answered', usage: calls[0]?.usage, costMicroUsd: calls[0]?.costMicroUsd, says: { limits: roomyLimits } },
  ]);
});

test('each call of a ticket asks the gate under a name of its own, and the hard model under the share for that', async () => {
  server.script('not_json', 'not_json');
  const live = engineAgainst(server);
  await live.suggest();
  expect(live.entered.map(({ key, model, share }) => [key, model, share])).toEqual([
    ['7-1-first', haiku, 'live'],
    ['7-1-repair', haiku, 'live'],
    ['7-1-hard', sonnet, 'escalation'],
  ]);
  server.script('refusal');
  const bulk = engineAgainst(server);
  await bulk.suggest({ caller: { key: '8-1', lane: 'bulk', sourceId: null } });
  expect(bulk.entered.map(({ share }) => share)).toEqual(['bulk', 'bulk']);
});

test('what a call costs is never more than what the gate was told to expect at worst', async () => {
  await using fresh = await startClaudeServer();
  const { suggest, entered } = engineAgainst(fresh);
  for (const body of [
    'refund',
    'x'.repeat(4_000),
    'Die Rechnung stimmt nicht. '.repeat(100),
    '請求書が間違っています。'.repeat(100),
  ]) {
    const { calls } = await suggest({ ticket: { subject: 'a', body } });
    expect(calls[0]?.costMicroUsd).toBeLessThanOrEqual(entered.at(-1)?.worstMicroUsd ?? 0);
  }
});

test('labels in odd letter case are taken as they are meant', async () => {
  server.script('odd_letter_case');
  expect(await engineAgainst(server).suggest()).toMatchObject({
    kind: 'suggested',
    suggestion: { category: 'billing', subcategory: 'refund_request' },
  });
});

test.each([
  ['max_tokens', 'truncated'],
  ['not_json', 'unusable'],
  ['wrong_shape', 'unusable'],
  ['unknown_label', 'unusable'],
] as const)('an answer with %s gets one repair, which says what was wrong', async (twist, outcome) => {
  const before = server.requests.length;
  server.script(twist);
  const answer = await engineAgainst(server).suggest();
  expect(answer.kind).toBe('suggested');
  expect(outcomesOf(answer.calls)).toEqual([
    [haiku, outcome],
    [haiku, 'suggested'],
  ]);
  const [first, repair] = server.requests.slice(before).map(({ body }) => JSON.stringify(body));
  expect(first).not.toContain('could not be used');
  expect(repair).toContain('Your last answer to this could not be used');
});

test.each([
  ['max_tokens', 'truncated'],
  ['not_json', 'unusable'],
  ['wrong_shape', 'unusable'],
  ['unknown_label', 'unusable'],
] as const)('after two answers with %s the hard model is asked once', async (twist, outcome) => {
  server.script(twist, twist);
  const { suggest, entered } = engineAgainst(server);
  const answer = await suggest();
  expect(answer.kind).toBe('suggested');
  expect(entered.map(({ model }) => model)).toEqual([haiku, haiku, sonnet]);
  expect(outcomesOf(answer.calls)).toEqual([
    [haiku, outcome],
    [haiku, outcome],
    [sonnet, 'suggested'],
  ]);
});

test.each([
  ['max_tokens', 'truncated'],
  ['not_json', 'unusable'],
  ['wrong_shape', 'unusable'],
  ['unknown_label', 'unusable'],
] as const)('after three answers with %s a person decides, and every call is on the bill', async (twist, reason) => {
  server.script(twist, twist, twist);
  const answer = await engineAgainst(server).suggest();
  expect(answer).toMatchObject({ kind: 'nothing', reason });
  expect(answer.calls).toHaveLength(3);
  for (const call of answer.calls) {
    expect(call).toMatchObject({ outcome: reason, suggestion: null });
    expect(call.costMicroUsd).toBeGreaterThan(0);
  }
});

test('a refusal is not repeated but goes to the hard model', async () => {
  server.script('refusal');
  const answer = await engineAgainst(server).suggest();
  expect(answer.kind).toBe('suggested');
  expect(outcomesOf(answer.calls)).toEqual([
    [haiku, 'refused'],
    [sonnet, 'suggested'],
  ]);
});

test('a refusal by both models ends with a person', async () => {
  server.script('refusal', 'refusal');
  const answer = await engineAgainst(server).suggest();
  expect(answer).toMatchObject({ kind: 'nothing', reason: 'refused' });
  expect(answer.calls.map(({ costMicroUsd }) => costMicroUsd > 0)).toEqual([true, true]);
});

test('a refusal of the repair goes to the hard model too', async () => {
  server.script('not_json', 'refusal', 'refusal');
  const answer = await engineAgainst(server).suggest();
  expect(answer).toMatchObject({ kind: 'nothing', reason: 'refused' });
  expect(outcomesOf(answer.calls)).toEqual([
    [haiku, 'unusable'],
    [haiku, 'refused'],
    [sonnet, 'refused'],
  ]);
});

test('where the hard model is the ordinary one, it is not asked a third time', async () => {
  server.script('not_json', 'not_json');
  const answer = await engineAgainst(server, { hardModel: haiku }).suggest();
  expect(answer).toMatchObject({ kind: 'nothing', reason: 'unusable' });
  expect(answer.calls).toHaveLength(2);
});

test('a gate that cannot be told does not cost the answer', async () => {
  const gate = { enter: async () => ({ end: () => Promise.reject(new Error('the store is down')) }) };
  expect(await engineAgainst(server, { gate }).suggest()).toMatchObject({ kind: 'suggested' });
});
