import { connectDatabase } from '@usher/db/connect';
import { receiveTickets } from '@usher/db/receive-tickets';
import { countOld, lastRemoval, removeOld } from '@usher/db/retention';
import { rollUp } from '@usher/db/rollup/roll-up';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { draft } from './draft.ts';
import { correct, decidedTickets, makeOlder } from './old-tickets.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 1, onnotice: () => {} });
const { id: sourceId } = await ensureSource(db, 'api');
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});
beforeEach(async () => {
  await sql`truncate tickets, audit, fetches, rollup_cursors, ticket_hours, hourly_volume, daily_outcomes, daily_confidence, daily_latency cascade`;
});

const AT_ONCE = { mostMs: 20_000, patienceMs: 20_000 };
const before = () => new Date(Date.now() - 30 * 86_400_000);
const remove = () => removeOld(db, { before: before(), actor: 'test', progress: () => true });

const EVERYTHING = [
  'tickets',
  'ticket_revisions',
  'classifications',
  'decisions',
  'corrections',
  'outcomes',
  'blind_audits',
  'examples',
  'deliveries',
];

/** The rows that stand under tickets, by table. */
async function left(numbers: readonly number[]) {
  const counts = EVERYTHING.map(async (table) => {
    const key = table === 'tickets' ? 'id' : 'ticket_id';
    const rows = await sql`select from ${sql(table)} where ${sql(key)} in ${sql(numbers)}`;
    return [table, rows.length] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

const NOTHING = Object.fromEntries(EVERYTHING.map((table) => [table, 0]));

test('an old ticket goes with its texts, answers, decisions, corrections and examples; a young one stays whole', async () => {
  const old = await decidedTickets(db, sourceId, ['o-1', 'o-2', 'o-3']);
  await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft('o-1', { body: 'Another text of o-1' }) }]);
  await sql`update tickets set state = 'routed' where external_id = 'o-1'`;
  await correct(db, old[1] ?? 0);
  const young = await decidedTickets(db, sourceId, ['y-1', 'y-2']);
  await correct(db, young[0] ?? 0);
  await makeOlder(sql, old, 31);
  await makeOlder(sql, young, 29);
  const whole = await left(young);
  expect(await left(old)).toMatchObject({ tickets: 3, ticket_revisions: 1, decisions: 4, corrections: 1, examples: 1 });
  expect(await countOld(db, before())).toMatchObject({ tickets: 3, oldest: expect.any(Date) });
  expect(await remove()).toEqual({ tickets: 3, looked: 3, fetches: 0 });
  expect(await left(old)).toEqual(NOTHING);
  expect(await left(young)).toEqual(whole);
  expect(await countOld(db, before())).toEqual({ tickets: 0, oldest: null });
});

test('the reports keep what they counted, also what was not yet counted when the removal began', async () => {
  const old = await decidedTickets(db, sourceId, ['r-1', 'r-2']);
  await correct(db, old[0] ?? 0);
  await makeOlder(sql, old, 31);
  await remove();
  await rollUp(db, AT_ONCE);
  const [volume] = await sql`select sum(n)::int as received from hourly_volume where event = 'received'`;
  const [outcomes] = await sql`
    select sum(n)::int as n, (sum(n) filter (where truth = 'general'))::int as corrected
    from daily_outcomes where basis = 'newest'`;
  expect([volume, outcomes]).toEqual([{ received: 2 }, { n: 2, corrected: 1 }]);
});

test.each([
  ['waits for its decision', (id: number) => sql`update tickets set state = 'received' where id = ${id}`],
  ['was revised since', (id: number) => sql`update tickets set revised_at = now() where id = ${id}`],
  ['was decided anew since', (id: number) => sql`update tickets set decided_at = now() where id = ${id}`],
  [
    'became known since',
    (id: number) => sql`
    insert into outcomes (ticket_id, revision, via, category, actor) values (${id}, 1, 'closed', 'billing', 'desk')`,
  ],
  [
    'has a delivery to be made',
    (id: number) => sql`
    insert into deliveries (ticket_id, event, due_at, created_at) values (${id}, 'ticket.decided', now(), now() - interval '31 days')`,
  ],
])('an old ticket stays that %s', async (_, change) => {
  const [kept = 0, gone = 0] = await decidedTickets(db, sourceId, ['k-1', 'k-2']);
  await makeOlder(sql, [kept, gone], 31);
  await change(kept);
  expect(await remove()).toMatchObject({ tickets: 1, looked: 2 });
  expect((await left([kept]))['tickets']).toBe(1);
});

test('an answer that a young ticket took over stays until that one goes', async () => {
  const [first = 0, second = 0] = await decidedTickets(db, sourceId, ['s-1', 's-2']);
  await sql`
    update classifications set reused_from = (select min(id) from classifications where ticket_id = ${first})
    where ticket_id = ${second}`;
  await makeOlder(sql, [first], 31);
  expect(await remove()).toMatchObject({ tickets: 0 });
  await makeOlder(sql, [second], 31);
  await sql`truncate rollup_cursors, ticket_hours`;
  await remove();
  expect(await remove()).toMatchObject({ tickets: 1 });
  expect(await left([first, second])).toEqual(NOTHING);
});

test('the same ticket is a new one when it comes again', async () => {
  const old = await decidedTickets(db, sourceId, ['again']);
  await makeOlder(sql, old, 31);
  await remove();
  const [receipt] = await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft('again') }]);
  expect(receipt?.outcome).toBe('new');
});

test('what was fetched goes too, unless it is still to be fetched', async () => {
  await sql`
    insert into fetches (source_id, external_id, kind, state, due_at, ended_at)
    values (${sourceId}, 'f-1', 'text', 'done', now(), now() - interval '31 days'),
           (${sourceId}, 'f-2', 'text', 'done', now(), now()),
           (${sourceId}, 'f-3', 'text', 'pending', now() - interval '31 days', null)`;
  expect(await remove()).toMatchObject({ fetches: 1 });
  expect(await sql`select external_id from fetches order by 1`).toEqual([
    { external_id: 'f-2' },
    { external_id: 'f-3' },
  ]);
});

test('it goes on in small transactions, ends where it is told to, and the audit says what went', async () => {
  const names = Array.from({ length: 1_100 }, (_, at) => `m-${at}`);
  const arrivals = names.map((name) => ({ sourceId, lane: 'bulk' as const, draft: draft(name) }));
  const numbers = (await receiveTickets(db, arrivals)).map(({ ticketId }) => ticketId);
  await sql`update tickets set state = 'triaged'`;
  await makeOlder(sql, numbers, 31);
  const first = await removeOld(db, { before: before(), actor: 'test', progress: () => false });
  expect([first, await lastRemoval(db)]).toEqual([{ tickets: 1_000, looked: 1_000, fetches: 0 }, null]);
  expect(await remove()).toMatchObject({ tickets: 100 });
  expect(await lastRemoval(db)).toBeInstanceOf(Date);
  const told =
    await sql`select verb, detail ->> 'tickets' as tickets from audit where verb like 'retention.%' order by id`;
  expect(told).toEqual([
    { verb: 'retention.begin', tickets: null },
    { verb: 'retention.end', tickets: '1000' },
    { verb: 'retention.begin', tickets: null },
    { verb: 'retention.end', tickets: '100' },
  ]);
});
