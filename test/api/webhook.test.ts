import { findTicket } from '@usher/db/find-ticket';
import { queueDepths } from '@usher/queue/depth';
import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';
import { decideAs, untilStored } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

function ticket(ticketId: string, given: Record<string, unknown> = {}) {
  return { ticket_id: ticketId, subject: 'Charged twice', body: 'Two charges for order 1182.', ...given };
}

const DECIDED = {
  routed_to: 'finance',
  category: 'billing',
  subcategory: 'charge_dispute',
  priority: 'medium',
  sla_hours: 24,
  confidence: 0.93,
  note: null,
};

test('a ticket is answered 202 and is then stored, due for a decision', async () => {
  const { status, body } = await api.send('/ticket-webhook', { body: ticket('T-1') });
  expect([status, body]).toEqual([202, { ticket_id: 'T-1', status: 'queued' }]);
  const stored = await findTicket(api.db, { source: 'api', externalId: 'T-1' });
  expect(stored).toMatchObject({ state: 'received', lane: 'live', subject: 'Charged twice' });
});

test('the workers are reminded of a new ticket after it is stored', async () => {
  const waiting = async () => (await queueDepths(api.queue))['classify-live'].waiting;
  // The hints of the tests above may still be on their way.
  await api.deps.hints.drain(10_000);
  const before = await waiting();
  await api.send('/ticket-webhook', { body: ticket('H-1') });
  await api.deps.hints.drain(10_000);
  expect(await waiting()).toBe(before + 1);
  await api.send('/ticket-webhook', { body: ticket('H-1') });
  await api.deps.hints.drain(10_000);
  expect(await waiting()).toBe(before + 1);
});

test('the same ticket twice is a duplicate', async () => {
  await api.send('/ticket-webhook', { body: ticket('D-1') });
  const { status, body } = await api.send('/ticket-webhook', { body: ticket('D-1') });
  expect([status, body]).toEqual([202, { ticket_id: 'D-1', status: 'queued', duplicate: true }]);
});

test('two revisions out of order leave the newer one in force', async () => {
  const newer = ticket('R-1', { body: 'Solved it myself.', updated_at: '2026-01-02T00:00:00Z' });
  const older = ticket('R-1', { updated_at: '2026-01-01T00:00:00Z' });
  await api.send('/ticket-webhook', { body: newer });
  const late = await api.send('/ticket-webhook', { body: older });
  expect([late.status, late.body]).toEqual([202, { ticket_id: 'R-1', status: 'queued', superseded: true }]);
  expect(await findTicket(api.db, { source: 'api', externalId: 'R-1' })).toMatchObject({ body: 'Solved it myself.' });
});

test('many tickets at the same moment are each stored and each answered with their own id', async () => {
  const ids = Array.from({ length: 300 }, (_, at) => `M-${at}`);
  const answers = await Promise.all(ids.map((id) => api.send('/ticket-webhook', { body: ticket(id) })));
  expect(answers.map(({ body }) => body)).toEqual(ids.map((id) => ({ ticket_id: id, status: 'queued' })));
});

test('a ticket belongs to the source of the key that sent it', async () => {
  const { key } = await api.makeKey(['intake'], 'shop');
  await api.send('/ticket-webhook', { key, body: ticket('S-1') });
  expect(await findTicket(api.db, { source: 'shop', externalId: 'S-1' })).toBeDefined();
  expect(await findTicket(api.db, { source: 'api', externalId: 'S-1' })).toBeUndefined();
});

test('a ticket that breaks a statement takes none of the same moment with it', async () => {
  const draft = {
    ...ticket('B-1'),
    requester: null,
    channel: null,
    language: null,
    created_at: null,
    updated_at: null,
  };
  const broken = api.deps.intake.receive({ sourceId: 3_000_000_000, lane: 'live', draft: { ...draft, metadata: {} } });
  const [outcome, good] = await Promise.all([
    broken.catch(() => 'refused'),
    api.send('/ticket-webhook', { body: ticket('B-2') }),
  ]);
  expect([outcome, good.status]).toEqual(['refused', 202]);
});

test('a sender who waits gets the decision as soon as it is made', async () => {
  const asked = api.send('/ticket-webhook', { body: ticket('W-1'), headers: { Prefer: 'wait=30' } });
  await decideAs(api, 'W-1');
  const { status, body, headers } = await asked;
  expect([status, body]).toEqual([200, { ticket_id: 'W-1', ...DECIDED }]);
  expect(headers.get('Preference-Applied')).toBe('wait=30');
});

test('senders who wait for different tickets each get their own decision', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `WM-${at}`);
  const asked = ids.map((id) => api.send('/ticket-webhook', { body: ticket(id), headers: { Prefer: 'wait=30' } }));
  for (const [at, id] of ids.entries()) await decideAs(api, id, { slaHours: at + 1 });
  const bodies = (await Promise.all(asked)).map(({ body }) => body);
  expect(bodies).toEqual(ids.map((id, at) => ({ ticket_id: id, ...DECIDED, sla_hours: at + 1 })));
});

test('a decision that leaves everything to a person names no category and no confidence', async () => {
  const asked = api.send('/ticket-webhook', { body: ticket('W-2'), headers: { Prefer: 'wait=30' } });
  const nothing = {
    category: null,
    subcategory: null,
    confidence: null,
    team: 'triage',
    note: 'Manual review needed.',
  };
  await decideAs(api, 'W-2', { action: 'triage', reason: 'unavailable', ...nothing });
  const { category, subcategory, confidence, note, team } = nothing;
  const shown = { category, subcategory, confidence, note, routed_to: team };
  expect((await asked).body).toEqual({ ticket_id: 'W-2', ...DECIDED, ...shown });
});

test('in shadow mode the answer says that nothing was assigned', async () => {
  const asked = api.send('/ticket-webhook', { body: ticket('W-3'), headers: { Prefer: 'wait=30' } });
  await decideAs(api, 'W-3', { mode: 'shadow' });
  const { status, body } = await asked;
  expect(status).toBe(200);
  expect(body).toMatchObject({ routed_to: null, category: null, confidence: null });
  expect(body).toHaveProperty('note', expect.stringMatching(/shadow mode/i));
});

test('a duplicate of a decided ticket is answered with that decision', async () => {
  await api.send('/ticket-webhook', { body: ticket('W-4') });
  await decideAs(api, 'W-4');
  const { status, body } = await api.send('/ticket-webhook', { body: ticket('W-4'), headers: { Prefer: 'wait=30' } });
  expect([status, body]).toEqual([200, { ticket_id: 'W-4', ...DECIDED }]);
});

test('a wait that ends without a decision is answered 202', async () => {
  const { status, body, headers } = await api.send('/ticket-webhook', {
    body: ticket('W-5'),
    headers: { Prefer: 'respond-async, wait=1' },
  });
  expect([status, body]).toEqual([202, { ticket_id: 'W-5', status: 'queued' }]);
  expect(headers.get('Preference-Applied')).toBe('wait=1');
});

test('a preference that cannot be understood is ignored', async () => {
  const { status, headers } = await api.send('/ticket-webhook', {
    body: ticket('W-6'),
    headers: { Prefer: 'wait=soon' },
  });
  expect([status, headers.get('Preference-Applied')]).toEqual([202, null]);
});

test('a wait ends when the sender hangs up, and the ticket is stored all the same', async () => {
  const hangUp = new AbortController();
  const asked = api.send('/ticket-webhook', {
    body: ticket('W-7'),
    headers: { Prefer: 'wait=30' },
    signal: hangUp.signal,
  });
  await untilStored(api, 'W-7');
  hangUp.abort();
  expect((await asked).status).toBe(202);
});

test('when the process stops, those who wait are answered 202 and /readyz says why', async () => {
  await using own = await openApi();
  const asked = own.send('/ticket-webhook', { body: ticket('W-8'), headers: { Prefer: 'wait=30' } });
  await untilStored(own, 'W-8');
  own.stop.abort();
  expect((await asked).status).toBe(202);
  const ready = await own.send('/readyz');
  expect([ready.status, ready.body]).toMatchObject([503, { code: 'not_ready', reasons: ['The process is stopping.'] }]);
  expect((await own.send('/livez')).status).toBe(200);
});
