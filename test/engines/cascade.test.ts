import type { Engine, SuggestRequest } from '@usher/core/engine';
import { createCascadeEngine } from '@usher/engines/cascade';
import { createLocalEngine } from '@usher/engines/local';
import type { LocalModel } from '@usher/engines/local/model';
import { trainLocalModel } from '@usher/engines/local/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst, failureOf } from '../support/claude-server-engine.ts';
import { garden, gardenExamples } from './local-desk.ts';

let server: ClaudeServer;
beforeAll(async () => {
  server = await startClaudeServer();
});
afterAll(() => server.stop());

const caller = { key: '7-1', lane: 'live', sourceId: 3 } as const;
const model = trainLocalModel(gardenExamples(60), garden, { seed: 1 });
const haiku = 'claude-haiku-5-5';
const sure = { subject: '', body: 'The blade of my mower is loose.' };
const unsure = { subject: '', body: 'Hello, since yesterday my garden again.' };

/** The cascade over both real engines, with how often Claude was asked. */
function cascade({
  local = model,
  bar = () => 0.7,
}: { local?: LocalModel | null; bar?: (category: string) => number } = {}) {
  const { suggest, entered } = engineAgainst(server, { hardModel: haiku });
  const claude: Engine = { name: 'claude', suggest };
  const engine = createCascadeEngine({ local: createLocalEngine({ model: () => local }), claude, bar });
  const request = { caller, taxonomy: garden, examples: [], mayWait: true, signal: new AbortController().signal };
  return {
    suggest: (asked: Partial<SuggestRequest> = {}) => engine.suggest({ ticket: sure, ...request, ...asked }),
    entered,
  };
}

test('the local model answers what it is sure of, and Claude is not asked', async () => {
  const { suggest, entered } = cascade();
  expect(await suggest()).toMatchObject({
    kind: 'suggested',
    suggestion: { category: 'tools' },
    standIn: null,
    calls: [{ engine: 'local' }],
  });
  expect(entered).toEqual([]);
});

test('Claude answers what the local model is not sure of, and both calls are kept', async () => {
  const answer = await cascade().suggest({ ticket: unsure });
  expect(answer).toMatchObject({
    kind: 'suggested',
    standIn: null,
    calls: [{ engine: 'local' }, { engine: 'claude', outcome: 'suggested' }],
  });
  expect(answer.kind === 'suggested' && answer.suggestion).toEqual(answer.calls[1]?.suggestion);
});

test('each category has a bar of its own', async () => {
  const bar = (category: string) => (category === 'tools' ? 1 : 0);
  const { suggest, entered } = cascade({ bar });
  await suggest({ ticket: sure });
  expect(entered).toHaveLength(1);
  await suggest({ ticket: { subject: '', body: 'Snails have eaten holes.' } });
  expect(entered).toHaveLength(1);
});

test('a confidence that is not calibrated clears no bar', async () => {
  const { suggest, entered } = cascade({
    local: trainLocalModel(gardenExamples(20), garden, { seed: 1 }),
    bar: () => 0,
  });
  expect((await suggest()).calls.map(({ engine }) => engine)).toEqual(['local', 'claude']);
  expect(entered).toHaveLength(1);
});

test('without a local model Claude answers alone', async () => {
  expect(await cascade({ local: null }).suggest()).toMatchObject({ kind: 'suggested', calls: [{ engine: 'claude' }] });
});

test('while the ticket may wait, what happened to Claude is thrown', async () => {
  server.script({ error: 'overloaded' });
  const failure = await failureOf(cascade().suggest({ ticket: unsure }));
  expect(failure).toMatchObject({ code: 'claude_overloaded' });
});

test('where the ticket may not wait, the local suggestion stands in for Claude', async () => {
  server.script({ error: 'overloaded' });
  const answer = await cascade().suggest({ ticket: unsure, mayWait: false });
  expect(answer).toMatchObject({ kind: 'suggested', standIn: 'claude_unavailable', calls: [{ engine: 'local' }] });
  expect(answer.kind === 'suggested' && answer.suggestion).toEqual(answer.calls[0]?.suggestion);
});

test('a failure that Claude throws although the ticket may not wait is stood in for too', async () => {
  const thrown = Object.assign(new Error('no way through'), { code: 'no_way_through', retry: 'backoff' });
  const claude: Engine = { name: 'claude', suggest: () => Promise.reject(thrown) };
  const engine = createCascadeEngine({ local: createLocalEngine({ model: () => model }), claude, bar: () => 1 });
  const request = { caller, ticket: sure, taxonomy: garden, examples: [], signal: new AbortController().signal };
  expect(await engine.suggest({ ...request, mayWait: false })).toMatchObject({ standIn: 'claude_unavailable' });
  await expect(engine.suggest({ ...request, mayWait: true })).rejects.toBe(thrown);
});

test('a spent budget is stood in for even if the ticket may wait', async () => {
  for (const mayWait of [true, false]) {
    server.script({ error: 'enforced_spend_limit' });
    expect(await cascade().suggest({ ticket: unsure, mayWait })).toMatchObject({
      kind: 'suggested',
      standIn: 'budget_spent',
    });
  }
});

test('where nobody can stand in, Claude being away is nothing', async () => {
  server.script({ error: 'overloaded' });
  expect(await cascade({ local: null }).suggest({ mayWait: false })).toEqual({
    kind: 'nothing',
    reason: 'unavailable',
    calls: [],
  });
});

test('what Claude could not do with the content stays, for a person to decide', async () => {
  server.script('refusal');
  expect(await cascade().suggest({ ticket: unsure })).toMatchObject({
    kind: 'nothing',
    reason: 'refused',
    calls: [{ engine: 'local' }, { engine: 'claude', outcome: 'refused' }],
  });
  server.script({ error: 'invalid_request' });
  expect(await cascade().suggest({ ticket: unsure })).toMatchObject({ kind: 'nothing', reason: 'content_rejected' });
});

test('an aborted ticket is nobody’s answer', async () => {
  const stop = new AbortController();
  stop.abort();
  const failure = await failureOf(cascade().suggest({ ticket: unsure, mayWait: false, signal: stop.signal }));
  expect(failure).toMatchObject({ code: 'aborted' });
});

/** Whether the cascade doubts a suggestion of Claude's, given what the local model believes and what else is doubted. */
async function doubts(local: LocalModel, isDoubtful?: SuggestRequest['isDoubtful']) {
  let asked: SuggestRequest | undefined;
  const claude: Engine = {
    name: 'claude',
    async suggest(request) {
      asked = request;
      return { kind: 'nothing', reason: 'refused', calls: [] };
    },
  };
  const engine = createCascadeEngine({ local: createLocalEngine({ model: () => local }), claude, bar: () => 1.1 });
  const request = { caller, ticket: sure, taxonomy: garden, examples: [], signal: new AbortController().signal };
  await engine.suggest({ ...request, mayWait: true, isDoubtful });
  return (category: string) =>
    asked?.isDoubtful?.({
      category,
      subcategory: null,
      confidence: 0.9,
      calibrated: true,
      alternatives: [],
      rationale: '',
    });
}

test('a suggestion of Claude’s against the local model’s calibrated belief is doubtful', async () => {
  const isDoubtful = await doubts(model, () => false);
  expect([isDoubtful('tools'), isDoubtful('plants')]).toEqual([false, true]);
});

test('what is doubted anyway stays so, and where nothing is doubted a disagreement is not either', async () => {
  expect((await doubts(model, () => true))('tools')).toBe(true);
  expect((await doubts(model))('plants')).toBeUndefined();
});

test('a local model that is not calibrated has no say', async () => {
  const young = trainLocalModel(gardenExamples(20), garden, { seed: 1 });
  expect((await doubts(young, () => false))('plants')).toBe(false);
});
