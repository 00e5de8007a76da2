import { announceTo } from '../support/endpoint.ts';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { findTicket } from '@usher/db/find-ticket';
import { queueDepths } from '@usher/queue/depth';
import { afterAll, expect, test } from 'vitest';
import { TAXONOMY } from '../db/decision.ts';
import { openApi } from './api-under-test.ts';
import { decideAs, untilStored } from './decide-in-test.ts';

const api = await openApi();
await publishTaxonomy(api.db, TAXONOMY, { actor: 'test' });
afterAll(() => api[Symbol.asyncDispose]());

async function decided(ticketId: string, changed: Parameters<typeof decideAs>[2] = {}): Promise<void> {
  await api.send('/ticket-webhook', { body: { ticket_id: ticketId, body: 'Two charges.' } });
  await decideAs(api, ticketId, changed);
}

test('a correction routes the ticket again', async () => {
  await decided('C-1');
  const { status, body } = await api.send('/v1/tickets/api:C-1/corrections', {
    body: { category: 'General', note: 'Only asked for a copy.' },
  });
  expect([status, body]).toEqual([
    201,
    {
      id: expect.any(Number),
      ticket_id: 'C-1',
      status: 'corrected',
      category: 'general',
      subcategory: null,
      routed_to: 'support',
      priority: 'low',
      sla_hours: 48,
      note: 'Only asked for a copy.',
    },
  ]);
  expect(await findTicket(api.db, { source: 'api', externalId: 'C-1' })).toMatchObject({
    state: 'routed',
    team: 'support',
    category: 'general',
    confidence: null,
  });
});

test('the category that the ticket has already is taken as accepted', async () => {
  await decided('C-2');
  const { status, body } = await api.send('/v1/tickets/api:C-2/corrections', {
    body: { category: 'billing', subcategory: 'charge_dispute' },
  });
  expect([status, body]).toMatchObject([
    201,
    { status: 'accepted', routed_to: 'finance', subcategory: 'charge_dispute' },
  ]);
});

test('a ticket that waits for its decision can be corrected, which decides it', async () => {
  await api.send('/ticket-webhook', { body: { ticket_id: 'C-3', body: 'Two charges.' } });
  const { id } = await untilStored(api, 'C-3');
  expect((await api.send(`/v1/tickets/${id}/corrections`, { body: { category: 'billing' } })).status).toBe(201);
  expect(await findTicket(api.db, { id })).toMatchObject({ state: 'routed', team: 'finance' });
});

test('a correction in shadow mode teaches and assigns nothing', async () => {
  await decided('C-4', { mode: 'shadow' });
  const { status, body } = await api.send('/v1/tickets/api:C-4/corrections', { body: { category: 'general' } });
  expect([status, body]).toMatchObject([201, { status: 'corrected', category: 'general', routed_to: null }]);
  expect(await findTicket(api.db, { source: 'api', externalId: 'C-4' })).toMatchObject({
    state: 'shadowed',
    team: null,
  });
});

test('a correction reminds the workers to deliver it and, a little later, to learn from it', async () => {
  await decided('C-5');
  const { sourceId } = await untilStored(api, 'C-5');
  await using _ = await announceTo(api.db, 'https://desk.example/hook', { sourceId });
  await api.send('/v1/tickets/api:C-5/corrections', { body: { category: 'general' } });
  await api.deps.hints.drain(10_000);
  const depths = await queueDepths(api.queue);
  expect(depths.deliver.waiting).toBe(1);
  expect(depths.upkeep.delayed + depths.upkeep.waiting).toBe(1);
});

test('an unknown category is refused with the ones there are', async () => {
  await decided('C-6');
  const { status, body } = await api.send('/v1/tickets/api:C-6/corrections', { body: { category: 'biling' } });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'invalid',
    errors: [
      {
        field: 'category',
        message: 'there is no category "biling"; known are billing, general',
        allowed: ['billing', 'general'],
      },
    ],
  });
});

test('a subcategory of another category is refused with those of the chosen one', async () => {
  await decided('C-7');
  const { status, body } = await api.send('/v1/tickets/api:C-7/corrections', {
    body: { category: 'general', subcategory: 'charge_dispute' },
  });
  expect([status, body]).toMatchObject([422, { errors: [{ field: 'subcategory', allowed: [] }] }]);
});

test('a ticket that does not exist cannot be corrected', async () => {
  const { status, body } = await api.send('/v1/tickets/api:none/corrections', { body: { category: 'billing' } });
  expect([status, body]).toMatchObject([404, { code: 'unknown_ticket' }]);
});

test.each([
  [{}, 'category'],
  [{ category: '' }, 'category'],
  [{ category: 5 }, 'category'],
  [{ category: 'billing', note: 'x'.repeat(2_001) }, 'note'],
  [[], '$'],
  [null, '$'],
])('the correction %j is refused, naming %s', async (body, field) => {
  await decided('C-8');
  const answer = await api.send('/v1/tickets/api:C-8/corrections', { body });
  expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ field }] }]);
});

test('while no taxonomy is published nothing can be corrected', async () => {
  await using empty = await openApi();
  await empty.send('/ticket-webhook', { body: { ticket_id: 'C-9', body: 'Two charges.' } });
  const { status, body } = await empty.send('/v1/tickets/api:C-9/corrections', { body: { category: 'billing' } });
  expect([status, body]).toMatchObject([409, { code: 'no_taxonomy' }]);
});
