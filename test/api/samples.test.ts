import { beginSamples, receiveSample } from '@usher/db/samples';
import { afterAll, expect, test } from 'vitest';
import { draft } from '../db/draft.ts';
import { openApi } from './api-under-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

test('samples are told apart from everybody’s tickets, and an administrator removes them', async () => {
  expect((await api.send('/v1/samples')).body).toEqual({ tickets: 0 });
  await beginSamples(api.db, 'test');
  await receiveSample(api.db, draft('S-1'));
  await api.send('/v1/tickets', { body: { ticket_id: 'T-1', subject: 'Hello', body: 'Mine.' } });
  expect((await api.send('/v1/tickets')).body).toMatchObject({
    tickets: [
      { ticket_id: 'T-1', sample: false },
      { ticket_id: 'S-1', source: 'sample', sample: true },
    ],
  });
  expect((await api.send('/v1/samples')).body).toEqual({ tickets: 1 });
  expect(await api.send('/v1/samples', { method: 'DELETE' })).toMatchObject({ status: 200, body: { removed: 1 } });
  expect((await api.send('/v1/tickets/sample:S-1')).status).toBe(404);
  expect((await api.send('/v1/tickets')).body).toMatchObject({ tickets: [{ ticket_id: 'T-1' }] });
});
