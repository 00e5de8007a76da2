import { rollUp } from '@usher/db/rollup/roll-up';
import { announceTo } from '../support/endpoint.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Answer, openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const Page = z.object({
  tickets: z.array(z.looseObject({ ticket_id: z.string() })),
  next_cursor: z.string().nullable(),
});

function idsOf({ body }: Answer): string[] {
  return Page.parse(body).tickets.map((ticket) => ticket.ticket_id);
}

async function post(ticketId: string, key?: string): Promise<void> {
  const body = { ticket_id: ticketId, subject: 'Charged twice', body: 'Two charges.' };
  await api.send('/ticket-webhook', { body, ...(key !== undefined && { key }) });
}

beforeAll(async () => {
  for (const id of ['L-1', 'L-2', 'L-3', 'L-4', 'L-5']) await post(id);
  await post('S-1', (await api.makeKey(['intake'], 'shop')).key);
  await decideAs(api, 'L-2');
  await decideAs(api, 'L-3', { action: 'triage', team: 'triage', category: null, subcategory: null, confidence: null });
});

test.each([
  ['', ['S-1', 'L-5', 'L-4', 'L-3', 'L-2', 'L-1']],
  ['state=received', ['S-1', 'L-5', 'L-4', 'L-1']],
  ['state=triaged', ['L-3']],
  ['team=finance', ['L-2']],
  ['category=billing', ['L-2']],
  ['source=shop', ['S-1']],
  ['source=nobody', []],
  ['state=received&source=api&limit=2', ['L-5', 'L-4']],
  ['received_from=2020-01-01T00:00:00Z&limit=1', ['S-1']],
  ['received_before=2020-01-01T00:00:00Z', []],
  ['received_from=2020-01-01T00:00:00Z&received_before=9020-01-01T00:00:00Z&team=finance', ['L-2']],
  ['received_from=9020-01-01T00:00:00Z', []],
  ['search=L-4', ['L-4']],
  ['q=TWICE%20charged&limit=2', ['S-1', 'L-5']],
  ['q=charged%20-twice', []],
  ['q=%22twice%20charged%22', []],
  ['q=charged&team=finance', ['L-2']],
  ['q=!!!', []],
  ['search=harged%20TWICE&limit=2', ['S-1', 'L-5']],
  ['search=%25', []],
  ['search=L-4&team=finance', []],
])('GET /v1/tickets?%s lists the tickets that fit, newest first', async (query, ids) => {
  expect(idsOf(await api.send(`/v1/tickets?${query}`))).toEqual(ids);
});

test('a list by time is the same whether its tickets are counted for the reports or not yet', async () => {
  const now = Date.now();
  const around = [-1, 0, 1].map((hours) => new Date(now + hours * 3_600_000).toISOString());
  const queries = around.flatMap((moment) => [`received_from=${moment}`, `received_before=${moment}`]);
  const lists = () => Promise.all(queries.map(async (query) => idsOf(await api.send(`/v1/tickets?${query}`))));
  await api.db.execute('delete from rollup_cursors');
  await api.db.execute('delete from ticket_hours');
  const uncounted = await lists();
  await rollUp(api.db, { mostMs: 20_000, patienceMs: 20_000 });
  expect(await lists()).toEqual(uncounted);
  expect(uncounted.map((ids) => ids.length > 0)).toEqual([true, false, false, true, false, true]);
});

test('pages follow each other without gaps or repeats until the last one', async () => {
  const seen: string[][] = [];
  let path: string | null = '/v1/tickets?limit=4';
  while (path !== null) {
    const answer: Answer = await api.send(path);
    seen.push(idsOf(answer));
    const { next_cursor: next } = Page.parse(answer.body);
    path = next === null ? null : `/v1/tickets?limit=4&cursor=${next}`;
  }
  expect(seen).toEqual([
    ['S-1', 'L-5', 'L-4', 'L-3'],
    ['L-2', 'L-1'],
  ]);
});

test('a list shows no body', async () => {
  const { tickets } = Page.parse((await api.send('/v1/tickets')).body);
  expect(tickets.filter((ticket) => 'body' in ticket)).toEqual([]);
});

test.each([
  ['state=gone', 'state'],
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=many', 'limit'],
  ['cursor=zzz', 'cursor'],
  ['cursor=YmVmb3JlOjk5OTk5OTk5OTk5OTk5OTk5OQ', 'cursor'],
  ['received_from=yesterday', 'received_from'],
  ['received_from=0000-01-01T00:00:00Z', 'received_from'],
  ['team=%00', 'team'],
  ['sate=routed', 'sate'],
  ['search=', 'search'],
  ['q=', 'q'],
])('GET /v1/tickets?%s is refused, naming %s', async (query, field) => {
  const { status, body } = await api.send(`/v1/tickets?${query}`);
  expect([status, body]).toMatchObject([422, { code: 'invalid', errors: [{ field }] }]);
});

test('a refused state comes with the ones that are allowed', async () => {
  const { body } = await api.send('/v1/tickets?state=gone');
  const allowed = ['received', 'routed', 'suggested', 'triaged', 'shadowed'];
  expect(body).toMatchObject({ errors: [{ allowed }] });
});

test('one ticket is shown with its whole history', async () => {
  await post('H-1');
  const stored = await api.send('/v1/tickets/api:H-1');
  await using _ = await announceTo(api.db, 'https://desk.example/hook');
  await decideAs(api, 'H-1');
  await api.send('/v1/tickets/api:H-1/corrections', { body: { category: 'general', note: 'Not about money.' } });
  await api.send('/ticket-webhook', { body: { ticket_id: 'H-1', body: 'Changed text', metadata: { order: 1182 } } });
  const { status, body } = await api.send('/v1/tickets/api:H-1');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: z.object({ id: z.number() }).parse(stored.body).id,
    source: 'api',
    ticket_id: 'H-1',
    revision: 2,
    body: 'Changed text',
    metadata: { order: 1182 },
    state: 'received',
    history: {
      revisions: [{ revision: 1, subject: 'Charged twice', body: 'Two charges.' }],
      classifications: [
        { engine: 'claude', outcome: 'suggested', cost_micro_usd: 48, suggestion: { category: 'billing' } },
      ],
      decisions: [
        { by: 'engine', actor: 'claude', team: 'finance', sla_hours: 24, confidence: 0.93 },
        { by: 'api', actor: 'bootstrap key', team: 'support', reason: 'corrected', confidence: null },
      ],
      corrections: [{ from_category: 'billing', category: 'general', note: 'Not about money.', by: 'api' }],
      deliveries: [
        { event: 'ticket.decided', state: 'pending', attempts: 0 },
        { event: 'ticket.corrected', state: 'pending', attempts: 0 },
      ],
    },
  });
});

test.each(['odd/id', 'with space', 'a:b', 'ümläut', '100%'])(
  'a ticket whose id is %s is found by its URL-encoded name',
  async (ticketId) => {
    await post(ticketId);
    const { status, body } = await api.send(`/v1/tickets/${encodeURIComponent(`api:${ticketId}`)}`);
    expect([status, body]).toMatchObject([200, { ticket_id: ticketId }]);
  },
);

test.each([
  '999999',
  'api:none',
  'nobody:T-1',
  'T-1',
  '0',
  '-1',
  '1e3',
  '99999999999999999999',
  'api:',
  ':x',
  'api:%ff',
  '%00',
])('GET /v1/tickets/%s is 404', async (id) => {
  const { status, body } = await api.send(`/v1/tickets/${id}`);
  expect([status, body]).toMatchObject([404, { code: 'unknown_ticket' }]);
});
