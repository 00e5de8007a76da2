import { findTicket } from '@usher/db/find-ticket';
import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const unsure = { action: 'triage', reason: 'low_confidence', team: 'triage', confidence: 0.42 } as const;
const likely = { action: 'suggest', reason: 'low_confidence', confidence: 0.6, priority: 'high' } as const;
const tickets = ['R-1', 'R-2', 'R-3', 'R-4', 'R-5'].map((ticket_id) => ({
  ticket_id,
  subject: ticket_id,
  body: 'Hm.',
}));
await api.send('/v1/tickets', { body: { tickets } });
await decideAs(api, 'R-1', unsure);
await decideAs(api, 'R-2', likely);
await decideAs(api, 'R-3', { ...likely, category: 'general', subcategory: null, team: 'support' });
await decideAs(api, 'R-4', likely);
await decideAs(api, 'R-5');

async function listed(query: string): Promise<string[]> {
  const { text } = await api.send(`/v1/review?${query}`);
  return [...text.matchAll(/"ticket_id":"([^"]+)"/g)].map(([, id = '']) => id).sort();
}

test.each([
  ['', ['R-1', 'R-2', 'R-3', 'R-4']],
  ['team=triage', ['R-1']],
  ['category=general', ['R-3']],
  ['priority=high&category=billing', ['R-2', 'R-4']],
  ['source=api&reason=low_confidence', ['R-1', 'R-2', 'R-3', 'R-4']],
  ['source=elsewhere', []],
])('what waits can be narrowed by %j', async (query, ids) => {
  expect(await listed(query)).toEqual(ids);
});

test('the next ticket can be narrowed alike, and a filter that cannot be is refused', async () => {
  const { key } = await api.makeKey(['agent']);
  const next = await api.send('/v1/review/next', { key, body: { filter: { category: 'general' } } });
  expect(next.body).toMatchObject({ item: { ticket_id: 'R-3' } });
  expect((await api.send('/v1/review/next', { body: { filter: { priority: 'yesterday' } } })).status).toBe(422);
  expect((await api.send('/v1/review?reason=mood')).status).toBe(422);
});

test('several suggestions are accepted at once; what others look at, what changed and what waits no more is left', async () => {
  const accept = [
    { id: 'api:R-1', category: 'billing' },
    { id: 'api:R-2', category: 'general' },
    { id: 'api:R-3', category: 'general' },
    { id: 'api:R-4', category: 'billing' },
    { id: 'api:R-5', category: 'billing' },
    { id: 'api:R-9', category: 'billing' },
  ];
  const { status, body } = await api.send('/v1/review/bulk', { body: { accept } });
  expect([status, body]).toEqual([
    200,
    {
      accepted: 2,
      outcomes: [
        { id: 'api:R-1', status: 'accepted', code: null, detail: null },
        { id: 'api:R-2', status: 'refused', code: 'changed', detail: expect.any(String) },
        { id: 'api:R-3', status: 'refused', code: 'claimed', detail: expect.any(String) },
        { id: 'api:R-4', status: 'accepted', code: null, detail: null },
        { id: 'api:R-5', status: 'refused', code: 'decided_before', detail: expect.any(String) },
        { id: 'api:R-9', status: 'refused', code: 'unknown_ticket', detail: expect.any(String) },
      ],
    },
  ]);
  const accepted = await findTicket(api.db, { source: 'api', externalId: 'R-4' });
  expect(accepted).toMatchObject({ state: 'routed', reason: 'accepted', team: 'finance' });
  expect(await listed('')).toEqual(['R-2']);
});

test('more than a hundred, or none, are refused', async () => {
  const accept = Array.from({ length: 101 }, () => ({ id: 'api:R-2', category: 'billing' }));
  expect((await api.send('/v1/review/bulk', { body: { accept } })).status).toBe(422);
  expect((await api.send('/v1/review/bulk', { body: { accept: [] } })).status).toBe(422);
});
