import { audit } from '@usher/db/schema/operations';
import { expect, test } from 'vitest';
import { TAXONOMY } from '../db/decision.ts';
import { type ApiUnderTest, openApi } from './api-under-test.ts';

const CHANGED = { ...TAXONOMY, fallback: 'billing' };

async function withTwoVersions(): Promise<ApiUnderTest> {
  const api = await openApi();
  await api.send('/v1/taxonomy', { method: 'PUT', headers: { 'If-Match': '"0"' }, body: TAXONOMY });
  await api.send('/v1/taxonomy', { method: 'PUT', headers: { 'If-Match': '"1"' }, body: CHANGED });
  return api;
}

const rollBack = (api: ApiUnderTest, version: number, ifMatch?: string) =>
  api.send(`/v1/taxonomy/versions/${version}/publish`, {
    method: 'POST',
    headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch },
  });

test('versions are listed newest first, a page at a time, with who published them', async () => {
  await using api = await withTwoVersions();
  const first = await api.send('/v1/taxonomy/versions?limit=1');
  expect(first.body).toMatchObject({
    versions: [{ version: 2, in_force: true, published_by: expect.any(String), restored_from: null, categories: 2 }],
    next_cursor: expect.any(String),
  });
  const cursor = /"next_cursor":"([\w-]+)"/.exec(first.text)?.[1];
  expect((await api.send(`/v1/taxonomy/versions?limit=1&cursor=${cursor}`)).body).toMatchObject({
    versions: [{ version: 1, in_force: false }],
    next_cursor: null,
  });
  expect((await api.send('/v1/taxonomy/versions?cursor=nonsense')).status).toBe(422);
});

test('a version is read whole, and compared with another', async () => {
  await using api = await withTwoVersions();
  expect((await api.send('/v1/taxonomy/versions/1')).body).toMatchObject({ version: 1, taxonomy: TAXONOMY });
  expect((await api.send('/v1/taxonomy/versions/2/changes?since=1')).body).toEqual({
    from: 1,
    to: 2,
    changes: [{ category: null, subcategory: null, what: 'fallback', before: 'general', after: 'billing' }],
  });
  expect((await api.send('/v1/taxonomy/versions/2/changes')).status).toBe(422);
  expect(await api.send('/v1/taxonomy/versions/3')).toMatchObject({ status: 404, body: { code: 'unknown_version' } });
  expect((await api.send('/v1/taxonomy/versions/99999999999')).status).toBe(422);
});

test('an old version is published anew under its own number, and that is on record', async () => {
  await using api = await withTwoVersions();
  const { status, headers, body } = await rollBack(api, 1, '"2"');
  expect([status, headers.get('ETag')]).toEqual([200, '"3"']);
  expect(body).toMatchObject({ version: 3, in_force: true, restored_from: 1, taxonomy: TAXONOMY });
  expect((await api.send('/v1/taxonomy')).body).toEqual(TAXONOMY);
  expect((await api.db.select().from(audit)).at(-1)).toMatchObject({
    verb: 'taxonomy.roll_back',
    subject: 'taxonomy 3',
    detail: { to: 1 },
  });
});

test('nothing is rolled back over a version that was not seen, to itself, or to nothing', async () => {
  await using api = await withTwoVersions();
  expect(await rollBack(api, 1)).toMatchObject({ status: 428, body: { code: 'condition_missing' } });
  expect(await rollBack(api, 1, '"1"')).toMatchObject({ status: 412, body: { code: 'taxonomy_changed' } });
  expect(await rollBack(api, 2, '"2"')).toMatchObject({ status: 409, body: { code: 'version_in_force' } });
  expect((await rollBack(api, 7, '"2"')).status).toBe(404);
});

test('a draft is checked as publishing would, with what it changes and what is nearly alike', async () => {
  await using api = await withTwoVersions();
  const [billing, general] = TAXONOMY.categories;
  const check = async (categories: readonly unknown[]) =>
    (await api.send('/v1/taxonomy/check', { body: { fallback: 'general', categories } })).body;
  expect(
    await check([
      { ...billing, team: '' },
      { ...general, title: '' },
    ]),
  ).toMatchObject({
    in_force: 2,
    errors: [
      { field: 'categories[0].team', message: expect.stringContaining('lower case letters') },
      { field: 'categories[1].title', message: 'must not be empty' },
    ],
    changes: [],
  });
  expect(await check([{ ...billing, sla_hours: 2 }, { ...billing, key: 'money' }, general])).toMatchObject({
    errors: [],
    changes: [{ what: 'fallback' }, { category: 'billing', what: 'sla_hours', after: '2' }, { what: 'category' }],
    likenesses: [{ what: 'description', likeness: 1 }, { places: [{ subcategory: 'charge_dispute' }, {}] }],
  });
  expect((await api.send('/v1/taxonomy/versions')).body).toMatchObject({ versions: [{ version: 2 }, { version: 1 }] });
});

test('a text is tried with the draft and with the list in force, and nothing is stored', async () => {
  await using api = await withTwoVersions();
  const [billing, general] = TAXONOMY.categories;
  const taxonomy = { ...TAXONOMY, categories: [{ ...billing, team: 'payments', sla_hours: 2 }, general] };
  const sent = { taxonomy, subject: 'Charges and invoices', body: 'A charge is wrong.' };
  const { status, body } = await api.send('/v1/taxonomy/try', { body: sent });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    draft: { category: 'billing', sla_hours: 2, confidence: expect.any(Number) },
    in_force: { category: 'billing', sla_hours: 24 },
    note: expect.stringContaining('local model'),
  });
  expect((await api.send('/v1/taxonomy/try', { body: { taxonomy, subject: 'x' } })).status).toBe(422);
  expect((await api.send('/v1/tickets')).body).toMatchObject({ tickets: [] });
});

test('without a taxonomy in force there is nothing to try a draft beside', async () => {
  await using api = await openApi();
  const sent = { taxonomy: TAXONOMY, body: 'x' };
  expect(await api.send('/v1/taxonomy/try', { body: sent })).toMatchObject({ status: 404 });
  expect((await api.send('/v1/taxonomy/check', { body: TAXONOMY })).body).toMatchObject({ in_force: 0, changes: [] });
});
