import { ensureSource } from '@usher/db/sources';
import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

test('the sources in use are named with their connectors, and nothing of their settings', async () => {
  await ensureSource(api.db, 'api');
  await ensureSource(api.db, 'shop');
  const { body } = await api.send('/v1/sources');
  expect(body).toEqual({
    sources: [
      { name: 'api', connector: 'api' },
      { name: 'shop', connector: 'api' },
    ],
  });
});
