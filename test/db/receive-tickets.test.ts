import { connectDatabase } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { findTicket, ticketHistory } from '@usher/db/find-ticket';
import type { Arrival } from '@usher/db/arrival';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const { id: sourceId } = await ensureSource(db, 'api');
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await own.drop();
});

function arrival(ticketId: string, given: Partial<Record<string, unknown>> = {}): Arrival {
  return { sourceId, lane: 'live', draft: draft(ticketId, given) };
}

test('new tickets get receipts in the order in which they came', async () => {
  const receipts = await receiveTickets(
    db,
    ['b-2', 'b-1', 'b-3'].map((id) => arrival(id)),
  );
  expect(receipts.map(({ externalId, outcome, revision }) => [externalId, outcome, revision])).toEqual([
    ['b-2', 'new', 1],
    ['b-1', 'new', 1],
    ['b-3', 'new', 1],
  ]);
  expect(new Set(receipts.map(({ ticketId }) => ticketId)).size).toBe(3);
});

test('the same text twice is a duplicate, also within one statement', async () => {
  const [first, second] = await receiveTickets(db, [arrival('d-1'), arrival('d-1')]);
  const [third] = await receiveTickets(db, [arrival('d-1')]);
  expect([first?.outcome, second?.outcome, third?.outcome]).toEqual(['new', 'duplicate', 'duplicate']);
  expect(new Set([first?.ticketId, second?.ticketId, third?.ticketId]).size).toBe(1);
});

test('a changed text is a new revision, makes work due again and keeps the old text', async () => {
  const [first] = await receiveTickets(db, [arrival('r-1')]);
  const [second] = await receiveTickets(db, [arrival('r-1', { body: 'Also, the invoice is missing.' })]);
  expect(second).toMatchObject({ ticketId: first?.ticketId, outcome: 'revised', revision: 2 });
  const ticket = await findTicket(db, { source: 'api', externalId: 'r-1' });
  expect(ticket).toMatchObject({ revision: 2, state: 'received', body: 'Also, the invoice is missing.' });
  const { revisions } = await ticketHistory(db, ticket?.id ?? 0);
  expect(revisions.map(({ revision, body }) => [revision, body])).toEqual([[1, 'Two charges for one order.']]);
});

test('the old text again after a revision is a duplicate and does not bring the old text back', async () => {
  await receiveTickets(db, [arrival('o-1'), arrival('o-1', { body: 'Newer' })]);
  const [again] = await receiveTickets(db, [arrival('o-1')]);
  expect(again).toMatchObject({ outcome: 'duplicate', revision: 1 });
  expect(await findTicket(db, { source: 'api', externalId: 'o-1' })).toMatchObject({ revision: 2, body: 'Newer' });
});

test('an older revision that arrives late joins the history and leaves the newest in place', async () => {
  const newer = arrival('l-1', { body: 'Newer', updated_at: '2026-01-02T00:00:00Z' });
  const older = arrival('l-1', { body: 'Older', updated_at: '2026-01-01T00:00:00Z' });
  const [first] = await receiveTickets(db, [newer]);
  const [late] = await receiveTickets(db, [older]);
  expect([first?.outcome, late?.outcome]).toEqual(['new', 'superseded']);
  const ticket = await findTicket(db, { source: 'api', externalId: 'l-1' });
  expect(ticket).toMatchObject({ revision: 1, body: 'Newer' });
  const { revisions } = await ticketHistory(db, ticket?.id ?? 0);
  expect(revisions.map(({ revision, body }) => [revision, body])).toEqual([[2, 'Older']]);
});

test('the same external id of two sources is two tickets', async () => {
  const other = await ensureSource(db, 'shop');
  const receipts = await receiveTickets(db, [arrival('s-1'), { ...arrival('s-1'), sourceId: other.id }]);
  expect(receipts.map(({ outcome }) => outcome)).toEqual(['new', 'new']);
});

test('many callers with the same tickets in any order lose nothing and never deadlock', async () => {
  const ids = Array.from({ length: 50 }, (_, at) => `c-${at}`);
  const orders = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? ids : ids.toReversed()));
  const all = await Promise.all(
    orders.map((order) =>
      receiveTickets(
        db,
        order.map((id) => arrival(id)),
      ),
    ),
  );
  const outcomes = all.flat().map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(50);
  expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(350);
});

test('any text comes back as it was sent, less NUL bytes and lone surrogates', async () => {
  const body = '😀 \u0000 Ünïcödé \ud800 العربية "quotes" \\ back\tslash\n{"json":1}';
  const metadata = { order: 1182, nested: { list: [null, true, '\u0000x'] } };
  await receiveTickets(db, [
    arrival('t-1', { body, metadata, requester: "O'Neil", created_at: '2026-05-01T10:00:00+02:00' }),
  ]);
  expect(await findTicket(db, { source: 'api', externalId: 't-1' })).toMatchObject({
    body: '😀  Ünïcödé � العربية "quotes" \\ back\tslash\n{"json":1}',
    metadata: { order: 1182, nested: { list: [null, true, 'x'] } },
    requester: "O'Neil",
    createdAt: new Date('2026-05-01T08:00:00Z'),
  });
});

test('a database that is away is said to be away', async () => {
  await using away = connectDatabase('postgres://nobody@127.0.0.1:1/nothing', { name: 'test' });
  await expect(receiveTickets(away.db, [arrival('x-1')])).rejects.toBeInstanceOf(DatabaseUnavailable);
});

test("by the source's own clock an earlier text comes back as the newest", async () => {
  const at = (hour: number, body: string) => arrival('b-9', { body, updated_at: `2026-01-01T0${hour}:00:00Z` });
  const outcomes = [];
  for (const sent of [at(1, 'One'), at(2, 'Two'), at(3, 'One'), at(1, 'One')]) {
    const [receipt] = await receiveTickets(db, [sent]);
    outcomes.push(receipt?.outcome);
  }
  expect(outcomes).toEqual(['new', 'revised', 'revised', 'duplicate']);
  expect(await findTicket(db, { source: 'api', externalId: 'b-9' })).toMatchObject({ body: 'One', revision: 3 });
});

test('revisions, redeliveries and late texts within one batch end as if they had come one by one', async () => {
  const at = (hour: number, body: string) => ({ body, updated_at: `2026-03-01T0${hour}:00:00Z` });
  const sent = [at(2, 'Two'), at(3, 'Three'), at(1, 'One'), at(3, 'Three'), at(4, 'Two'), at(5, 'Five')];
  const together = await receiveTickets(
    db,
    sent.map((text) => arrival('m-1', text)),
  );
  const apart: typeof together = [];
  for (const text of sent) apart.push(...(await receiveTickets(db, [arrival('m-2', text)])));
  const shown = (receipts: typeof apart) => receipts.map(({ outcome, revision }) => [outcome, revision]);
  expect(shown(together)).toEqual(shown(apart));
  expect(shown(together)).toEqual([
    ['new', 1],
    ['revised', 2],
    ['superseded', 3],
    ['duplicate', 2],
    ['revised', 4],
    ['revised', 5],
  ]);
  for (const externalId of ['m-1', 'm-2']) {
    const ticket = await findTicket(db, { source: 'api', externalId });
    expect(ticket).toMatchObject({ revision: 5, body: 'Five', state: 'received' });
    const { revisions } = await ticketHistory(db, ticket?.id ?? 0);
    expect(revisions.map(({ revision, body }) => [revision, body])).toEqual([
      [1, 'Two'],
      [2, 'Three'],
      [3, 'One'],
      [4, 'Two'],
    ]);
  }
});

test('a revision keeps what the new text does not say: requester, channel and metadata', async () => {
  await receiveTickets(db, [arrival('m-3', { requester: 'ana', channel: 'web', metadata: { a: 1, b: 1 } })]);
  await receiveTickets(db, [
    arrival('m-3', { body: 'Second', metadata: { b: 2 } }),
    arrival('m-3', { body: 'Third', channel: 'email', metadata: { c: 3 } }),
  ]);
  expect(await findTicket(db, { source: 'api', externalId: 'm-3' })).toMatchObject({
    revision: 3,
    requester: 'ana',
    channel: 'email',
    metadata: { a: 1, b: 2, c: 3 },
  });
});

test('many callers that revise the same tickets in any order give every text one number', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `v-${at}`);
  await receiveTickets(
    db,
    ids.map((id) => arrival(id)),
  );
  await Promise.all(
    Array.from({ length: 6 }, (_, caller) =>
      receiveTickets(
        db,
        (caller % 2 === 0 ? ids : ids.toReversed()).map((id) => arrival(id, { body: `Text ${caller}` })),
      ),
    ),
  );
  for (const externalId of ids) {
    const ticket = await findTicket(db, { source: 'api', externalId });
    const { revisions } = await ticketHistory(db, ticket?.id ?? 0);
    expect(ticket?.revision).toBe(7);
    expect(revisions.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
  }
});
