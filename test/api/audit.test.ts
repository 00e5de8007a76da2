import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

await api.send('/v1/tickets', {
  body: { ticket_id: 'A-1', subject: 'Hello', body: 'Charged twice, says the museum.' },
});
await decideAs(api, 'A-1');
const { id, key } = await api.makeKey(['agent']);
await api.send('/v1/tickets/api:A-1/corrections', { key, body: { category: 'general' } });
await api.send('/v1/people', { body: { email: 'bo@example.com', roles: ['agent'] } });

const verbsOf = (text: string) => [...text.matchAll(/"verb":"([^"]+)"/g)].map(([, verb]) => verb);

test('who did what is listed newest first, with whether it was a person, a key or a rule', async () => {
  const { status, body, text } = await api.send('/v1/audit');
  expect([status, verbsOf(text)]).toEqual([
    200,
    ['person.invite', 'ticket.corrected', 'key.create', 'taxonomy.publish'],
  ]);
  expect(body).toMatchObject({
    facts: [
      { actor: 'bootstrap key', by: 'key', detail: { email: 'bo@example.com' } },
      { actor: `key ${id} (a test)`, by: 'key', detail: { category: 'general' } },
      { actor: 'test', by: 'usher' },
      { actor: 'test', by: 'usher' },
    ],
    next_cursor: null,
  });
});

test('the log is narrowed by who and what, and read page by page', async () => {
  expect(verbsOf((await api.send('/v1/audit?verb=key.create')).text)).toEqual(['key.create']);
  expect(verbsOf((await api.send(`/v1/audit?actor=${encodeURIComponent(`key ${id} (a test)`)}`)).text)).toEqual([
    'ticket.corrected',
  ]);
  const first = await api.send('/v1/audit?limit=2');
  const cursor = /"next_cursor":"([^"]+)"/.exec(first.text)?.[1] ?? '';
  expect(verbsOf((await api.send(`/v1/audit?limit=2&cursor=${cursor}`)).text)).toEqual([
    'key.create',
    'taxonomy.publish',
  ]);
  expect((await api.send('/v1/audit?actor=')).status).toBe(422);
});

test('a ticket is decided again by the rules of today, which changes nothing', async () => {
  const before = await api.send('/v1/tickets/api:A-1');
  const { status, body } = await api.send('/v1/tickets/api:A-1/replay');
  expect([status, body]).toMatchObject([
    200,
    {
      decided: { action: 'route', category: 'billing', routed_to: 'finance' },
      today: { category: 'billing', different: [] },
      local: null,
    },
  ]);
  expect((await api.send('/v1/tickets/api:A-1')).body).toEqual(before.body);
  await api.send('/v1/tickets', { body: { ticket_id: 'A-2', subject: 'New', body: 'Nobody looked yet.' } });
  expect((await api.send('/v1/tickets/api:A-2/replay')).body).toMatchObject({ status: 409, code: 'nothing_to_replay' });
  expect((await api.send('/v1/tickets/api:A-9/replay')).status).toBe(404);
});

test('words are found in the body of a new ticket too', async () => {
  expect((await api.send('/v1/tickets?q=museum')).body).toMatchObject({ tickets: [{ ticket_id: 'A-1' }] });
});
