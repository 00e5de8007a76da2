import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const tickets = [
  { ticket_id: 'M-1', subject: 'Voucher', body: 'My gift voucher for the museum does not scan at the gate.' },
  { ticket_id: 'M-2', subject: 'Parcel', body: 'Where is the parcel that the courier says he delivered on Monday?' },
  { ticket_id: 'M-3', subject: 'Voucher again', body: 'The museum gate refuses the gift voucher that I bought.' },
  { ticket_id: 'M-4', subject: 'Gate', body: 'Another voucher that no gate of the museum would scan.' },
];
await api.send('/v1/tickets', { body: { tickets } });
for (const { ticket_id: id } of tickets) await decideAs(api, id);

const say = (id: string, category: string) => api.send(`/v1/tickets/api:${id}/corrections`, { body: { category } });

test('beside a ticket stand those like it of which somebody said what they were, most similar first', async () => {
  expect((await api.send('/v1/tickets/api:M-3/similar')).body).toEqual({ similar: [] });
  await say('M-1', 'general');
  await say('M-2', 'billing');
  const { body } = await api.send('/v1/tickets/api:M-3/similar');
  expect(body).toMatchObject({
    similar: [{ source: 'api', ticket_id: 'M-1', category: 'general', known_by: 'correction', subject: 'Voucher' }],
  });
  await say('M-4', 'billing');
  await say('M-3', 'billing');
  const after = await api.send('/v1/tickets/api:M-3/similar');
  expect([...after.text.matchAll(/"ticket_id":"([^"]+)"/g)].map(([, id]) => id)).toEqual(['M-1', 'M-4']);
  expect((await api.send('/v1/tickets/api:M-9/similar')).status).toBe(404);
});
