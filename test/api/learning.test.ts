import { flagLabellers } from '@usher/db/labellers';
import { saveLocalModel } from '@usher/db/local-models';
import { listPromises, recordPromise } from '@usher/db/promises';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { afterAll, expect, test } from 'vitest';
import { TAXONOMY } from '../db/decision.ts';
import { openApi } from './api-under-test.ts';

const api = await openApi();
const taxonomyVersion = await publishTaxonomy(api.db, TAXONOMY, { actor: 'test' });
afterAll(() => api[Symbol.asyncDispose]());

test('the promise of 5 % stands from the first start, as not offered yet', async () => {
  const { status, body } = await api.send('/v1/promises');
  expect([status, body]).toMatchObject([
    200,
    { promises: [{ category: null, risk: 0.05, state: 'not_offered', threshold: null, wrong: null, known: null }] },
  ]);
});

test('a promise is set for all or for a category, shown with what it rests on, and taken away again', async () => {
  const put = (category: string, body: unknown) => api.send(`/v1/promises/${category}`, { method: 'PUT', body });
  expect((await put('-', { risk: 0.1 })).body).toMatchObject({ promises: [{ category: null, risk: 0.1 }] });
  expect((await put('billing', { risk: 0.02 })).body).toMatchObject({
    promises: [{ category: null }, { category: 'billing', risk: expect.closeTo(0.02, 5), set_by: 'bootstrap key' }],
  });
  const [, billing] = await listPromises(api.db);
  if (billing === undefined) throw new Error('the promise was not stored');
  const wrong = { share: 0.2, low: 0.1, high: 0.34, n: 50 };
  const withdrawn = { state: 'withdrawn', threshold: null, evidence: { wrong, overruled: null, known: 300 } } as const;
  expect(await recordPromise(api.db, billing, withdrawn)).toBe(true);
  expect((await api.send('/v1/promises')).body).toMatchObject({
    promises: [{}, { category: 'billing', state: 'withdrawn', known: 300, wrong }],
  });
  expect((await api.send('/v1/promises/billing', { method: 'DELETE' })).body).toMatchObject({
    promises: [{ category: null }],
  });
  expect((await api.send('/v1/promises/billing', { method: 'DELETE' })).status).toBe(404);
  expect((await put('sports', { risk: 0.1 })).status).toBe(404);
  expect((await put('-', { risk: 0.9 })).body).toMatchObject({
    errors: [{ field: 'risk', message: 'must be at most 50 %' }],
  });
});

test('versions of the local model are listed, taken back, put in force and let go', async () => {
  const content = new Uint8Array([1]);
  const save = (changed: object = {}) =>
    saveLocalModel(api.db, { taxonomyVersion, learntFrom: 0, figures: { n: 0 }, content, ...changed });
  const order = (body: unknown) => api.send('/v1/models', { body });
  const first = await save();
  expect(await order({ action: 'roll_back' })).toMatchObject({ status: 409, body: { code: 'model_no_other' } });
  const second = await save();
  const refused = await save({ state: 'refused', reason: 'worse' });
  expect((await api.send('/v1/models')).body).toMatchObject({
    models: [
      { version: refused, in_force: false, state: 'refused', reason: 'worse' },
      { version: second, in_force: true, state: 'accepted' },
      { version: first, in_force: false },
    ],
  });
  expect((await order({ action: 'roll_back' })).body).toMatchObject({
    models: [{}, { version: second, state: 'rolled_back', in_force: false }, { version: first, in_force: true }],
  });
  expect((await order({ action: 'use', version: refused })).body).toMatchObject({
    models: [{ version: refused, in_force: true, pinned: true }, {}, {}],
  });
  expect((await order({ action: 'unpin' })).body).toMatchObject({ models: [{ pinned: false }, {}, {}] });
  expect(await order({ action: 'use', version: 999_999 })).toMatchObject({
    status: 409,
    body: { code: 'model_unknown' },
  });
  expect((await order({ action: 'use' })).status).toBe(422);
});

test('who was flagged is shown with the figures, until an admin clears them', async () => {
  await flagLabellers(api.db, new Map([['eve', { n: 40, contradicted: 30, othersN: 200, othersContradicted: 6 }]]));
  const figures = { name: 'eve', labels: 40, contradicted: 30, others: { labels: 200, contradicted: 6 } };
  expect((await api.send('/v1/labellers')).body).toMatchObject({ labellers: [{ ...figures, cleared_at: null }] });
  expect((await api.send('/v1/labellers', { body: { name: 'eve' } })).body).toMatchObject({
    labellers: [{ ...figures, cleared_at: expect.any(String) }],
  });
  expect((await api.send('/v1/labellers', { body: { name: 'nobody' } })).status).toBe(404);
});

test('only an admin changes what is automated', async () => {
  const { key } = await api.makeKey(['agent', 'ops']);
  const refused = await Promise.all([
    api.send('/v1/promises/-', { method: 'PUT', key, body: { risk: 0.1 } }),
    api.send('/v1/models', { key, body: { action: 'roll_back' } }),
    api.send('/v1/labellers', { key, body: { name: 'eve' } }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
});
