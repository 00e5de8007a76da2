import { afterAll, expect, test } from 'vitest';
import { TAXONOMY } from '../db/decision.ts';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const preview = (body: unknown, query = '') => api.send(`/v1/taxonomy/preview${query}`, { body });

test('without a taxonomy there is nothing to compare a draft with', async () => {
  expect(await preview(TAXONOMY)).toMatchObject({ status: 404, body: { code: 'no_taxonomy' } });
});

test('a draft is tried on the newest tickets, and nothing is stored', async () => {
  for (const id of ['P-1', 'P-2', 'P-3']) {
    await api.send('/ticket-webhook', { body: { ticket_id: id, body: 'Charges and invoices are wrong.' } });
    await decideAs(api, id);
  }
  const before = await api.send('/v1/taxonomy');
  const categories = TAXONOMY.categories.map((category) => ({ ...category, title: `New ${category.title}` }));
  const { status, body } = await preview({ ...TAXONOMY, categories }, '?limit=2');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    n: 2,
    changed: { n: 2 },
    before: { automated: { n: 2 } },
    note: expect.stringContaining('learnt twice from the same labels'),
  });
  expect((await api.send('/v1/taxonomy')).headers.get('etag')).toBe(before.headers.get('etag'));
});

test('one preview is made at a time', async () => {
  const statuses = (await Promise.all([preview(TAXONOMY), preview(TAXONOMY)])).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
});

test.each([
  [{ fallback: 'nothing', categories: [] }, '', 422],
  [TAXONOMY, '?limit=0', 422],
  [TAXONOMY, '?limit=2000', 422],
])('what cannot be previewed is refused', async (draft, query, status) => {
  expect((await preview(draft, query)).status).toBe(status);
});
