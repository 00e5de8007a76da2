import { listTickets } from '@usher/db/list-tickets';
import { queueDepths } from '@usher/queue/depth';
import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

function ticket(ticketId: unknown, given: Record<string, unknown> = {}) {
  return { ticket_id: ticketId, subject: 'Charged twice', body: 'Two charges for order 1182.', ...given };
}

async function idOf(ticketId: string): Promise<number | undefined> {
  const tickets = await listTickets(api.db, { limit: 10_000 });
  return tickets.find(({ externalId }) => externalId === ticketId)?.id;
}

test('one ticket is answered with its id here and there', async () => {
  const { status, body } = await api.send('/v1/tickets', { body: ticket('T-1') });
  expect([status, body]).toEqual([202, { id: await idOf('T-1'), ticket_id: 'T-1', status: 'queued' }]);
});

test('a sender of one ticket may wait for its decision', async () => {
  const asked = api.send('/v1/tickets', { body: ticket('T-2'), headers: { Prefer: 'wait=30' } });
  await decideAs(api, 'T-2');
  const { status, body } = await asked;
  expect([status, body]).toMatchObject([200, { id: await idOf('T-2'), ticket_id: 'T-2', routed_to: 'finance' }]);
});

test('many tickets get one result each, in their order', async () => {
  const { status, body } = await api.send('/v1/tickets', {
    body: { tickets: [ticket('B-2'), ticket('B-1'), ticket('B-2'), ticket(3)] },
  });
  expect(status).toBe(202);
  expect(body).toEqual({
    results: [
      { id: await idOf('B-2'), ticket_id: 'B-2', status: 'queued' },
      { id: await idOf('B-1'), ticket_id: 'B-1', status: 'queued' },
      { id: await idOf('B-2'), ticket_id: 'B-2', status: 'queued', duplicate: true },
      { id: await idOf('3'), ticket_id: '3', status: 'queued' },
    ],
  });
});

test('of many tickets the good ones are stored and each bad one says why it is not', async () => {
  const { status, body } = await api.send('/v1/tickets', {
    body: { tickets: [ticket('P-1'), ticket('P-2', { body: 5 }), 'nonsense', ticket('P-3')] },
  });
  expect(status).toBe(202);
  expect(body).toEqual({
    results: [
      { id: await idOf('P-1'), ticket_id: 'P-1', status: 'queued' },
      {
        ticket_id: 'P-2',
        status: 'refused',
        errors: [{ field: 'tickets[1].body', message: 'must be of type string' }],
      },
      { ticket_id: null, status: 'refused', errors: [{ field: 'tickets[2]', message: 'must be of type object' }] },
      { id: await idOf('P-3'), ticket_id: 'P-3', status: 'queued' },
    ],
  });
  expect(await idOf('P-2')).toBeUndefined();
});

test('where none of many can be used, the whole is refused', async () => {
  const { status, body } = await api.send('/v1/tickets', { body: { tickets: [ticket(''), { ticket_id: 'N-1' }] } });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'invalid',
    errors: [
      { field: 'tickets[0].ticket_id', message: 'must not be empty' },
      { field: 'tickets[1].body', message: 'is required' },
    ],
  });
});

test('a thousand tickets are taken at once, and the workers are reminded of all of them', async () => {
  const waiting = async () => (await queueDepths(api.queue))['classify-live'].waiting;
  await api.deps.hints.drain(10_000);
  const before = await waiting();
  const tickets = Array.from({ length: 1_000 }, (_, at) => ticket(`K-${at}`));
  const { status, body } = await api.send('/v1/tickets', { body: { tickets } });
  expect(status).toBe(202);
  expect(body).toHaveProperty('results.length', 1_000);
  await api.deps.hints.drain(20_000);
  expect(await waiting()).toBe(before + 1_000);
});

test.each([
  ['no ticket at all', []],
  ['more than a thousand', Array.from({ length: 1_001 }, (_, at) => ticket(`X-${at}`))],
  ['something else than a list', { 0: ticket('X-1') }],
])('%s is refused', async (_name, tickets) => {
  const { status, body } = await api.send('/v1/tickets', { body: { tickets } });
  expect([status, body]).toMatchObject([422, { errors: [{ field: 'tickets' }] }]);
});
