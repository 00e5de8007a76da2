import type { Errand } from '@usher/core/connectors/intake';
import { get } from '@usher/core/connectors/request';
import { connectDatabase, type Database } from '@usher/db/connect';
import { type Incoming, receiveLoad, receiveLoads } from '@usher/db/receive-load';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { draft } from './draft.ts';

let server: TestDatabase;
let database: Database;
let sql: postgres.Sql;
let shop: number;
let desk: number;
beforeAll(async () => {
  server = await createTestDatabase();
  database = connectDatabase(server.url, { name: 'test' });
  sql = postgres(server.url, { max: 1 });
  shop = (await ensureSource(database.db, 'shop')).id;
  desk = (await ensureSource(database.db, 'desk')).id;
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Given {
  sourceId?: number;
  deliveryId?: string | null;
  content?: string[] | null;
  tickets?: [id: string, body: string][];
  errands?: Errand[];
}

function delivery({ sourceId = shop, deliveryId = null, content = null, tickets = [], errands = [] }: Given): Incoming {
  const drafts = tickets.map(([id, body]) => draft(id, { body }));
  return { sourceId, lane: 'live', load: { drafts, errands, ignored: [], unreadable: [] }, deliveryId, content };
}

function text(externalId: string, path: string): Errand {
  return { kind: 'text', externalId, requests: [get(path)] };
}

const outcomes = (receipts: Awaited<ReturnType<typeof receiveLoads>>) =>
  receipts.map(({ seen, receipts: of }) => [seen, ...of.map(({ externalId, outcome }) => `${externalId} ${outcome}`)]);

test('deliveries of the same moment each get their own receipts, in order', async () => {
  const receipts = await receiveLoads(database.db, [
    delivery({
      deliveryId: 'a-1',
      tickets: [
        ['A-2', 'Second'],
        ['A-1', 'First'],
      ],
    }),
    delivery({ deliveryId: 'a-2' }),
    delivery({ deliveryId: 'a-3', tickets: [['A-1', 'First, changed']] }),
    delivery({ deliveryId: 'a-4', tickets: [['A-2', 'Second']] }),
  ]);
  expect(outcomes(receipts)).toEqual([
    [false, 'A-2 new', 'A-1 new'],
    [false],
    [false, 'A-1 revised'],
    [false, 'A-2 duplicate'],
  ]);
});

test('the same delivery twice in the same moment counts once, and so does one that came before', async () => {
  await receiveLoad(database.db, delivery({ deliveryId: 'b-0', tickets: [['B-0', 'Before']] }));
  const receipts = await receiveLoads(database.db, [
    delivery({ deliveryId: 'b-1', tickets: [['B-1', 'Once']] }),
    delivery({ deliveryId: 'b-1', tickets: [['B-2', 'Never']] }),
    delivery({ deliveryId: 'b-0', tickets: [['B-3', 'Never']] }),
    delivery({ sourceId: desk, deliveryId: 'b-1', tickets: [['B-1', "Another's"]] }),
  ]);
  expect(outcomes(receipts)).toEqual([[false, 'B-1 new'], [true], [true], [false, 'B-1 new']]);
  expect(await sql`select 1 from tickets where external_id in ('B-2', 'B-3')`).toHaveLength(0);
});

test('content that comes under two ids in the same moment makes one ticket, and still looks up a close', async () => {
  const close: Errand = { kind: 'close', externalId: 'C-1', outcome: null };
  const same: Given = { content: ['signed at noon'], tickets: [['C-1', 'Once']], errands: [close] };
  const receipts = await receiveLoads(database.db, [
    delivery({ deliveryId: 'c-1', ...same }),
    delivery({ deliveryId: 'c-2', ...same }),
    delivery({ deliveryId: 'c-1', ...same }),
  ]);
  expect(outcomes(receipts)).toEqual([[false, 'C-1 new'], [true], [true]]);
  const [first, second, third] = receipts.map(({ fetchIds }) => fetchIds);
  expect(first).toHaveLength(1);
  expect(second).toEqual(first);
  expect(third).toEqual([]);
});

test('of errands for the same ticket in the same moment the last holds, and each delivery is told of it', async () => {
  const receipts = await receiveLoads(database.db, [
    delivery({ deliveryId: 'd-1', errands: [text('D-1', '/old'), text('D-2', '/other')] }),
    delivery({ deliveryId: 'd-2', errands: [text('D-1', '/new')] }),
    delivery({ sourceId: desk, deliveryId: 'd-3', errands: [text('D-1', '/desk')] }),
  ]);
  const [first, second, third] = receipts.map(({ fetchIds }) => fetchIds);
  expect(second).toEqual(first?.slice(0, 1));
  expect(new Set([...(first ?? []), ...(third ?? [])]).size).toBe(3);
  const paths = await sql<{ path: string }[]>`
    select requests -> 0 ->> 'path' as path from fetches where external_id like 'D-%' order by 1`;
  expect(paths.map(({ path }) => path)).toEqual(['/desk', '/new', '/other']);
});

test('a delivery that cannot be stored leaves nothing of those that were to be stored with it', async () => {
  const storing = receiveLoads(database.db, [
    delivery({ deliveryId: 'e-1', tickets: [['E-1', 'Good']] }),
    delivery({ sourceId: 3_000_000_000, deliveryId: 'e-2', tickets: [['E-2', 'Of no source']] }),
  ]);
  await expect(storing).rejects.toThrow();
  expect(await sql`select 1 from tickets where external_id like 'E-%'`).toHaveLength(0);
  const again = await receiveLoad(database.db, delivery({ deliveryId: 'e-1', tickets: [['E-1', 'Good']] }));
  expect(outcomes([again])).toEqual([[false, 'E-1 new']]);
});

test('many transactions with the same deliveries in other orders neither deadlock nor store anything twice', async () => {
  const deliveries = Array.from({ length: 60 }, (_, at) =>
    delivery({
      deliveryId: `f-${at}`,
      content: [`content ${at}`],
      tickets: [[`F-${at % 20}`, `Text ${at}`]],
      errands: [text(`F-${at % 7}`, `/${at}`)],
    }),
  );
  const orders = [deliveries, deliveries.toReversed(), [...deliveries.slice(30), ...deliveries.slice(0, 30)]];
  const receipts = (await Promise.all(orders.map((order) => receiveLoads(database.db, order)))).flat();
  expect(receipts.filter(({ seen }) => !seen)).toHaveLength(60);
  const [row] = await sql<{ tickets: number; texts: number }[]>`
    select count(distinct tickets.id)::int as tickets, (count(distinct tickets.id) + count(ticket_revisions.id))::int as texts
    from tickets left join ticket_revisions on ticket_revisions.ticket_id = tickets.id where external_id like 'F-%'`;
  expect(row).toEqual({ tickets: 20, texts: 60 });
});
