import { decideByPerson } from '@usher/core/decide';
import { findCategory } from '@usher/core/taxonomy';
import { correctTicket } from '@usher/db/correct-ticket';
import { keepOutcome } from '@usher/db/keep-label';
import type { Deps } from '@usher/worker/deps';
import { classify } from '@usher/worker/handlers/classify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { desk as taxonomy } from '../support/claude-server-desk.ts';
import { openDesk, type SupportDesk, texts, workerDeps } from './support-desk.ts';

let desk: SupportDesk;
let claude: ClaudeServer;
beforeAll(async () => {
  [desk, claude] = await Promise.all([openDesk(), startClaudeServer()]);
});
afterAll(async () => {
  await Promise.all([desk[Symbol.asyncDispose](), claude.stop()]);
});
beforeEach(async () => {
  await desk.sql`update classifications set text_hash = null`;
  await desk.sql`delete from text_outcomes`;
});

/** Classifies as one worker would, which takes answers over for an hour unless told otherwise. */
function worker(changes: Partial<Deps> = {}, settings: Parameters<typeof workerDeps>[1] = {}) {
  const { deps } = workerDeps(desk, { baseUrl: claude.url, ...settings });
  const all: Deps = {
    ...deps,
    reuseForMs: 3_600_000,
    enqueue: async () => {},
    signal: new AbortController().signal,
    ...changes,
  };
  return (ticketId: number) => classify({ ticketId, revision: 1, lane: 'live' }, all);
}

async function correct(ticketId: number, category: string, subcategory: string | null = null): Promise<void> {
  const found = findCategory(taxonomy, category);
  if (found === undefined) throw new Error(`there is no category ${category}`);
  const decision = decideByPerson(found, { subcategory, note: null, reason: 'corrected' });
  await correctTicket(desk.db, {
    ticketId,
    decision,
    mode: 'auto',
    by: { actorKind: 'agent', actor: 'x', note: null },
  });
}

/** How many calls of Claude it takes to classify a ticket with this text. */
async function callsFor(text: { subject: string; body: string }, run = worker()): Promise<number> {
  const before = claude.requests.length;
  const ticketId = await desk.receive(text);
  await run(ticketId);
  expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed' });
  return claude.requests.length - before;
}

test('a ticket with the same text gets the same answer without a call, marked as taken over', async () => {
  const first = await desk.receive(texts.refund);
  await worker()(first);
  const before = claude.requests.length;
  const second = await desk.receive(texts.refund);
  await worker()(second);

  expect(claude.requests.length).toBe(before);
  const [own] = (await desk.history(first)).classifications;
  const { classifications, decisions } = await desk.history(second);
  expect(own?.reusedFrom).toBeNull();
  expect(classifications).toMatchObject([
    { engine: 'claude', outcome: 'suggested', costMicroUsd: 0, inputTokens: null, reusedFrom: own?.id },
  ]);
  expect(classifications[0]?.suggestion).toEqual(own?.suggestion);
  expect(decisions).toMatchObject([{ category: 'billing', subcategory: 'refund_request', action: 'route' }]);
});

test('what engines do not read, such as a signature, makes no other text of it', async () => {
  const { subject, body } = texts.refund;
  expect(await callsFor(texts.refund)).toBe(1);
  expect(await callsFor({ subject, body: `  ${body}\n\n-- \nAnna\nExample Ltd` })).toBe(0);
  expect(await callsFor({ subject, body: `${body} Today!` })).toBe(1);
});

test('an answer that somebody corrected is not taken over, whichever ticket with this text it was', async () => {
  await callsFor(texts.refund);
  const second = await desk.receive(texts.refund);
  await worker()(second);
  await correct(second, 'technical');
  expect(await callsFor(texts.refund)).toBe(1);
});

test('a finer subcategory is a correction too, and a confirmation is none', async () => {
  const first = await desk.receive(texts.refund);
  await worker()(first);
  await correct(first, 'billing', 'refund_request');
  expect(await callsFor(texts.refund)).toBe(0);
  await correct(first, 'billing', 'invoice_question');
  expect(await callsFor(texts.refund)).toBe(1);
});

test('what a blind audit or the helpdesk said of a text counts as much', async () => {
  const first = await desk.receive(texts.refund);
  await worker()(first);
  const label = { category: 'technical', subcategory: null, actor: 'x' };
  await keepOutcome(desk.db, { ticketId: first, revision: 1, via: 'audit', label });
  expect(await callsFor(texts.refund)).toBe(1);
  await keepOutcome(desk.db, { ticketId: first, revision: 1, via: 'closed', label: { ...label, category: 'billing' } });
  expect(await callsFor(texts.refund)).toBe(0);
});

test('an answer is not taken over under another release, when it is old, or when the setting says never', async () => {
  await callsFor(texts.refund);
  expect(await callsFor(texts.refund, worker({}, { model: 'claude-sonnet-5-5' }))).toBe(1);
  expect(await callsFor(texts.refund, worker({ reuseForMs: 0 }))).toBe(1);
  await desk.sql`update classifications set created_at = created_at - interval '2 hours'`;
  expect(await callsFor(texts.refund)).toBe(1);
});
