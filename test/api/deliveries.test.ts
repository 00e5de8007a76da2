import { deliveries } from '@usher/db/schema/operations';
import { saveSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { queueDepths } from '@usher/queue/depth';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TAXONOMY } from '../db/decision.ts';
import { settingsOf } from '../support/connector-samples.ts';
import { announceTo } from '../support/endpoint.ts';
import { testVault } from '../support/vault.ts';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
await publishTaxonomy(api.db, TAXONOMY, { actor: 'test' });
const endpoint = await announceTo(api.db, 'https://desk.example/hook');
afterAll(() => api[Symbol.asyncDispose]());

const Listed = z.object({
  deliveries: z.array(z.object({ id: z.number(), ticket_id: z.string().nullable() })),
  next_cursor: z.string().nullable(),
});

async function decided(ticketId: string): Promise<void> {
  await api.send('/ticket-webhook', { body: { ticket_id: ticketId, body: 'Two charges.' } });
  await decideAs(api, ticketId);
}

async function list(query: string) {
  const { status, body } = await api.send(`/v1/deliveries?${query}`);
  expect(status).toBe(200);
  return Listed.parse(body);
}

test('deliveries are listed newest first, page by page, and by what they are', async () => {
  for (const id of ['D-1', 'D-2', 'D-3']) await decided(id);
  const first = await list('limit=2');
  expect(first.deliveries.map(({ ticket_id }) => ticket_id)).toEqual(['D-3', 'D-2']);
  const second = await list(`limit=2&cursor=${first.next_cursor}`);
  expect(second).toMatchObject({ deliveries: [{ ticket_id: 'D-1' }], next_cursor: null });
  expect((await list('state=dead')).deliveries).toEqual([]);
  expect((await list('ticket=api:D-2')).deliveries).toMatchObject([{ ticket_id: 'D-2' }]);
  expect((await list(`endpoint=${endpoint.id}&source=api&event=ticket.decided`)).deliveries).toHaveLength(3);
  expect((await list('endpoint=helpdesk')).deliveries).toEqual([]);
  expect((await list('created_before=2020-01-01T00:00:00Z')).deliveries).toEqual([]);
});

test.each([
  ['state=lost', 'state'],
  ['endpoint=all', 'endpoint'],
  ['limit=0', 'limit'],
  ['cursor=zzz', 'cursor'],
  ['created_from=yesterday', 'created_from'],
  ['stat=dead', 'stat'],
])('GET /v1/deliveries?%s is refused, naming %s', async (query, field) => {
  const { status, body } = await api.send(`/v1/deliveries?${query}`);
  expect([status, body]).toMatchObject([422, { code: 'invalid', errors: [{ field }] }]);
});

describe('Replaying', () => {
  test('one delivery makes it due at once and from the beginning', async () => {
    const [{ id } = { id: 0 }] = (await list('limit=1')).deliveries;
    const gone = { state: 'dead', attempts: 10, lastError: 'answered 503' } as const;
    await api.db.update(deliveries).set(gone);
    expect((await api.send(`/v1/deliveries/${id}`)).body).toMatchObject({ id, state: 'dead', attempts: 10 });
    const { status, body } = await api.send(`/v1/deliveries/${id}/replay`, { method: 'POST' });
    expect([status, body]).toMatchObject([202, { id, state: 'pending', attempts: 0, last_error: null }]);
    await api.deps.hints.drain(10_000);
    expect((await queueDepths(api.queue)).deliver.waiting).toBeGreaterThan(0);
  });

  test('a range puts back those of it that were given up', async () => {
    const range = { source: 'api', event: 'ticket.decided', from_id: 1, to_id: 1_000_000 };
    const replay = () => api.send('/v1/deliveries/replay', { body: range });
    expect(await replay()).toMatchObject({ status: 202, body: { replayed: 2, may_be_more: false } });
    expect(await replay()).toMatchObject({ status: 202, body: { replayed: 0 } });
    expect((await api.send('/v1/deliveries/replay', { body: { state: 'pending' } })).status).toBe(422);
  });

  test('what there is not is said', async () => {
    for (const [method, path] of [
      ['GET', '/v1/deliveries/999999'],
      ['POST', '/v1/deliveries/999999/replay'],
    ] as const) {
      expect(await api.send(path, { method })).toMatchObject({ status: 404, body: { code: 'unknown_delivery' } });
    }
    expect((await api.send('/v1/deliveries/none')).status).toBe(422);
  });
});

describe('Taking back', () => {
  test('what was not written cannot be taken back, and a ticket that does not exist neither', async () => {
    const undo = (id: string) => api.send(`/v1/tickets/${id}/undo`, { method: 'POST' });
    expect(await undo('api:D-1')).toMatchObject({ status: 409, body: { code: 'nothing_written' } });
    expect(await undo('api:none')).toMatchObject({ status: 404, body: { code: 'unknown_ticket' } });
  });

  test('what waits to be written is taken back by a delivery of its own', async () => {
    const secrets = { webhook: ['s'], credentials: { email: 'a@b.example', api_token: 't' } };
    const settings = settingsOf('zendesk');
    await saveSource(api.db, { name: 'desk', connector: 'zendesk', settings, secrets, actor: 'test' }, testVault);
    const { key } = await api.makeKey(['intake', 'agent'], 'desk');
    await api.send('/ticket-webhook', { key, body: { ticket_id: '4711', body: 'Two charges.' } });
    await api.send('/v1/tickets/desk:4711/corrections', { key, body: { category: 'billing' } });
    const { status, body } = await api.send('/v1/tickets/desk:4711/undo', { key, method: 'POST' });
    expect([status, body]).toEqual([202, { ticket: expect.any(Number), delivery: expect.any(Number) }]);
    const { deliveries: found } = await list('endpoint=helpdesk&ticket=desk:4711');
    expect(found).toMatchObject(
      [{ event: 'ticket.undone' }, { event: 'ticket.corrected' }].map(() => ({ ticket_id: '4711' })),
    );
  });
});
