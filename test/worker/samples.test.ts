import { beginSamples, receiveSample } from '@usher/db/samples';
import type { Deps } from '@usher/worker/deps';
import { classify } from '@usher/worker/handlers/classify';
import { learn } from '@usher/worker/handlers/learn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { draft } from '../db/draft.ts';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { openDesk, type SupportDesk, texts, workerDeps } from './support-desk.ts';

let desk: SupportDesk;
let claude: ClaudeServer;
beforeAll(async () => {
  [desk, claude] = await Promise.all([openDesk(), startClaudeServer()]);
  await beginSamples(desk.db, 'test');
});
afterAll(async () => {
  await Promise.all([desk[Symbol.asyncDispose](), claude.stop()]);
});

/** Classifies a new sample as a worker would whose engine this is. */
async function sampleBy(engine: 'claude' | 'cascade', id: string): Promise<number> {
  const { deps } = workerDeps(desk, { baseUrl: claude.url, engine });
  const all: Deps = { ...deps, enqueue: async () => {}, signal: new AbortController().signal };
  const receipt = await receiveSample(desk.db, draft(id, texts.refund));
  const ticketId = receipt?.ticketId ?? 0;
  await classify({ ticketId, revision: 1, lane: 'live' }, all);
  return ticketId;
}

test('a sample waits until the local model has learnt, rather than asking Claude', async () => {
  await expect(sampleBy('cascade', 'S-0')).rejects.toMatchObject({ code: 'local_model_awaited' });
  expect(claude.requests).toEqual([]);
});

test.each(['claude', 'cascade'] as const)(
  'a sample is decided by the local model alone where the engine is %s, and costs nothing',
  async (engine) => {
    const { deps } = workerDeps(desk, { baseUrl: claude.url, engine });
    await learn({}, { ...deps, signal: new AbortController().signal });
    const ticketId = await sampleBy(engine, `S-${engine}`);
    const { classifications, decisions } = await desk.history(ticketId);
    expect(classifications).toMatchObject([{ engine: 'local', costMicroUsd: 0 }]);
    expect(decisions).toHaveLength(1);
    expect(claude.requests).toEqual([]);
  },
);
