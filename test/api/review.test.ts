import { createApiKey } from '@usher/db/api-keys';
import { findTicket, ticketHistory } from '@usher/db/find-ticket';
import { recordDecision } from '@usher/db/record-decision';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { afterAll, expect, test } from 'vitest';
import { makeRelease, routeToFinance, TAXONOMY } from '../db/decision.ts';
import { openApi, type Sent } from './api-under-test.ts';
import { decideAs, untilStored } from './decide-in-test.ts';

const api = await openApi();
await publishTaxonomy(api.db, TAXONOMY, { actor: 'test' });
const [ana, ben] = await Promise.all([named('ana'), named('ben')]);
afterAll(() => api[Symbol.asyncDispose]());

async function named(name: string): Promise<string> {
  return (await createApiKey(api.db, { name, scopes: ['agent'], source: 'api', actor: 'test' })).key;
}

const triaged = { action: 'triage', reason: 'low_confidence', team: 'triage', confidence: 0.4 } as const;
const suggested = { action: 'suggest', reason: 'stand_in' } as const;

async function decided(ticketId: string, changed: Parameters<typeof decideAs>[2]): Promise<number> {
  await api.send('/ticket-webhook', { body: { ticket_id: ticketId, subject: ticketId, body: `About ${ticketId}.` } });
  await decideAs(api, ticketId, changed);
  return (await untilStored(api, ticketId)).id;
}

/** An automated decision that was drawn for blind review. */
async function drawn(ticketId: string): Promise<number> {
  await api.send('/ticket-webhook', { body: { ticket_id: ticketId, subject: ticketId, body: `About ${ticketId}.` } });
  const { id } = await untilStored(api, ticketId);
  const by = { releaseId: await makeRelease(api.db), mode: 'auto', engine: 'local', calls: [], auditShare: 1 } as const;
  await recordDecision(api.db, { ...by, ticketId: id, revision: 1, decision: routeToFinance() });
  return id;
}

interface Item {
  id: string;
  kind: string;
  ticket_id: string;
  suggested: unknown;
}

async function take(key: string, kind = 'ticket'): Promise<Item | null> {
  const { body } = await api.send('/v1/review/next', { key, body: { kind } });
  return isNext(body) ? body.item : null;
}

function isNext(body: unknown): body is { item: Item | null } {
  return typeof body === 'object' && body !== null && 'item' in body;
}

const answer = (key: string, id: string | undefined, body: Sent['body']) => api.send(`/v1/review/${id}`, { key, body });

test('two agents never get the same ticket, and each keeps theirs until it is answered', async () => {
  await decided('R-1', triaged);
  await decided('R-2', suggested);
  const given = await Promise.all([take(ana), take(ben)]);
  expect(new Set(given.map((item) => item?.ticket_id))).toEqual(new Set(['R-1', 'R-2']));
  expect(await take(ana)).toMatchObject({ id: given[0]?.id });
  expect((await answer(ben, given[0]?.id, { action: 'correct', category: 'general' })).status).toBe(409);
  const { body } = await api.send('/v1/review', { key: ana });
  expect(body).toMatchObject({ waiting: { triage: 1, suggest: 1, audit: 0 }, items: [{ id: given[0]?.id }] });

  expect((await answer(ana, given[0]?.id, { action: 'pass' })).body).toMatchObject({ status: 'passed' });
  expect((await answer(ben, given[1]?.id, { action: 'correct', category: 'general' })).status).toBe(200);
  expect(await take(ben)).toMatchObject({ id: given[0]?.id });
  expect((await answer(ben, given[0]?.id, { action: 'correct', category: 'general' })).body).toMatchObject({
    status: 'corrected',
    routed_to: 'support',
  });
  expect(await take(ana)).toBeNull();
  expect(await answer(ana, given[0]?.id, { action: 'correct', category: 'billing' })).toMatchObject({
    status: 409,
    body: { code: 'decided_before' },
  });
});

test('an accepted suggestion becomes a decision by its agent, and teaches as accepted', async () => {
  const ticketId = await decided('R-3', suggested);
  const { status, body } = await answer(ana, String(ticketId), { action: 'accept', note: 'Clear.' });
  expect([status, body]).toEqual([
    200,
    {
      id: String(ticketId),
      status: 'accepted',
      category: 'billing',
      subcategory: 'charge_dispute',
      routed_to: 'finance',
    },
  ]);
  const { decisions } = await ticketHistory(api.db, ticketId);
  expect(decisions.at(-1)).toMatchObject({
    action: 'route',
    reason: 'accepted',
    actor: expect.stringContaining('ana'),
    note: 'Clear.',
  });
  expect(await findTicket(api.db, { id: ticketId })).toMatchObject({ state: 'routed', team: 'finance' });
});

test('of what nothing was suggested for nothing can be accepted, and the answer says what can be done', async () => {
  const nothing = { ...triaged, category: null, subcategory: null, confidence: null, isCalibrated: null };
  const ticketId = await decided('R-4', nothing);
  expect(await answer(ana, String(ticketId), { action: 'accept' })).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'action', allowed: ['correct', 'pass'] }] },
  });
  expect(await answer(ana, String(ticketId), { action: 'correct', category: 'sports' })).toMatchObject({ status: 422 });
  expect((await answer(ana, String(ticketId), { action: 'correct', category: 'general' })).status).toBe(200);
});

test('a blind audit shows nothing of the decision, and each goes to one agent', async () => {
  await Promise.all([drawn('A-1'), drawn('A-2')]);
  const given = await Promise.all([take(ana, 'audit'), take(ben, 'audit')]);
  expect(new Set(given.map((item) => item?.ticket_id))).toEqual(new Set(['A-1', 'A-2']));
  expect(given).toMatchObject([{ suggested: null }, { suggested: null }]);
  expect(JSON.stringify(given)).not.toContain('billing');
  expect(await answer(ana, given[1]?.id, { action: 'correct', category: 'billing' })).toMatchObject({ status: 409 });
  expect(await answer(ana, given[0]?.id, { action: 'accept' })).toMatchObject({ status: 422 });

  expect((await answer(ana, given[0]?.id, { action: 'correct', category: 'billing' })).body).toMatchObject({
    status: 'audited',
    routed_to: null,
  });
  expect((await answer(ben, given[1]?.id, { action: 'pass' })).body).toMatchObject({ status: 'passed' });
  expect(await take(ana, 'audit')).toMatchObject({ id: given[1]?.id });
  expect(await answer(ana, given[0]?.id, { action: 'correct', category: 'billing' })).toMatchObject({ status: 409 });
  expect(await answer(ana, 'audit-999999', { action: 'correct', category: 'billing' })).toMatchObject({ status: 404 });
  expect((await answer(ana, given[1]?.id, { action: 'correct', category: 'billing' })).status).toBe(200);
});

test('an audit that finds a ticket in the wrong place moves it, and counts as no correction', async () => {
  const ticketId = await drawn('A-3');
  const item = await take(ben, 'audit');
  expect((await answer(ben, item?.id, { action: 'correct', category: 'general' })).status).toBe(200);
  expect(await findTicket(api.db, { id: ticketId })).toMatchObject({ team: 'support', category: 'general' });
  const { corrections, decisions } = await ticketHistory(api.db, ticketId);
  expect(corrections).toEqual([]);
  expect(decisions.map(({ actor }) => actor)).toEqual(['local', expect.stringContaining('ben')]);
});

test('only agents work on the queue, and bad answers say what is allowed', async () => {
  const { key } = await api.makeKey(['intake']);
  expect((await api.send('/v1/review', { key })).status).toBe(403);
  expect((await answer(ana, '1', { action: 'destroy' })).status).toBe(422);
  expect((await api.send('/v1/review/next', { key: ana, body: { kind: 'nap' } })).status).toBe(422);
  expect((await answer(ana, 'api:nobody', { action: 'accept' })).status).toBe(404);
});
