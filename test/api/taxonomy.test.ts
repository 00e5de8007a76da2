import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import { queueDepths } from '@usher/queue/depth';
import { expect, test } from 'vitest';
import { TAXONOMY } from '../db/decision.ts';
import { type Answer, type ApiUnderTest, openApi } from './api-under-test.ts';

function publish(api: ApiUnderTest, ifMatch: string, body: unknown = TAXONOMY): Promise<Answer> {
  return api.send('/v1/taxonomy', { method: 'PUT', headers: { 'If-Match': ifMatch }, body });
}

test('there is no taxonomy before the first was published', async () => {
  await using api = await openApi();
  const { status, body } = await api.send('/v1/taxonomy');
  expect([status, body]).toMatchObject([404, { code: 'no_taxonomy' }]);
});

test('a version is published over the one that was read, and read back as it was sent', async () => {
  await using api = await openApi();
  const first = await publish(api, '"0"');
  expect([first.status, first.headers.get('ETag')]).toEqual([200, '"1"']);
  const changed = { ...TAXONOMY, fallback: 'billing' };
  const second = await publish(api, '"1"', changed);
  expect([second.status, second.headers.get('ETag'), second.body]).toEqual([200, '"2"', changed]);
  const read = await api.send('/v1/taxonomy');
  expect([read.status, read.headers.get('ETag'), read.body]).toEqual([200, '"2"', changed]);
});

test('publishing reminds the workers to learn', async () => {
  await using api = await openApi();
  await publish(api, '"0"');
  await api.deps.hints.drain(10_000);
  const { upkeep } = await queueDepths(api.queue);
  expect(upkeep.delayed + upkeep.waiting).toBe(1);
});

test('nothing is published over a version that was not read', async () => {
  await using api = await openApi();
  await publish(api, '"0"');
  const stale = await publish(api, '"0"');
  expect([stale.status, stale.body]).toMatchObject([412, { code: 'taxonomy_changed' }]);
  expect(stale.headers.get('ETag')).toBe('"1"');
  expect((await publish(api, 'W/"1"')).status).toBe(412);
  expect((await publish(api, '"7", "1"')).status).toBe(200);
  expect((await publish(api, '*')).status).toBe(200);
  expect(await currentTaxonomyVersion(api.db)).toBe(3);
});

test('of two who publish over the same version at once, one is told that the other was first', async () => {
  await using api = await openApi();
  await publish(api, '"0"');
  const answers = await Promise.all([publish(api, '"1"'), publish(api, '"1"')]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]));
});

test('publishing without saying what was changed is refused', async () => {
  await using api = await openApi();
  const { status, body } = await api.send('/v1/taxonomy', { method: 'PUT', body: TAXONOMY });
  expect([status, body]).toMatchObject([428, { code: 'condition_missing' }]);
});

test('a version that is known already is not sent again', async () => {
  await using api = await openApi();
  await publish(api, '"0"');
  const known = await api.send('/v1/taxonomy', { headers: { 'If-None-Match': '"1"' } });
  expect([known.status, known.text]).toEqual([304, '']);
  expect((await api.send('/v1/taxonomy', { headers: { 'If-None-Match': '"0"' } })).status).toBe(200);
});

test('everything that is wrong with a taxonomy is listed at once, each with its place', async () => {
  await using api = await openApi();
  const [billing, general] = TAXONOMY.categories;
  const { status, body } = await publish(api, '"0"', {
    fallback: 'nowhere',
    categories: [
      billing,
      { ...general, key: 'billing' },
      { ...general, key: 'other', subcategories: [{ key: 'none', title: 'x', description: 'x' }] },
    ],
  });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    errors: [
      { field: 'categories[1].key', message: 'the key "billing" is already used by category 1' },
      { field: 'categories[2].subcategories[0].key' },
      { field: 'fallback' },
    ],
  });
  const shape = await publish(api, '"0"', {
    fallback: 'general',
    categories: [{ ...general, team: 'Not a key', colour: 'red' }],
  });
  expect(shape.body).toMatchObject({ errors: [{ field: 'categories[0].team' }, { field: 'categories[0].colour' }] });
  expect(await currentTaxonomyVersion(api.db)).toBe(0);
});
