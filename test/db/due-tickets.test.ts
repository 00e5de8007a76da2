import { connectDatabase } from '@usher/db/connect';
import { dueTickets } from '@usher/db/due-tickets';
import { ensureSource } from '@usher/db/sources';
import { takeLease } from '@usher/db/leases';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestDatabase } from '../support/postgres.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 1 });
const { id: sourceId } = await ensureSource(db, 'api');
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

async function waiting(count: number, { lane = 'bulk', backfill = 0, agoSeconds = 60 } = {}): Promise<number[]> {
  const rows = await sql<{ id: string }[]>`
    insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, backfill_id, due_at)
    select ${sourceId}, gen_random_uuid()::text, 's', 'b', 'h', '{}', ${lane}, ${backfill},
           now() - ${agoSeconds} * interval '1 second'
    from generate_series(1, ${count}) returning id`;
  return rows.map(({ id }) => Number(id));
}

async function backfill({ priority = 0, isHeld = false } = {}): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into backfills (source_id, file, fingerprint, options, priority, is_held)
    values (${sourceId}, 'history.csv', 'x', '{}', ${priority}, ${isHeld}) returning id`;
  return row?.id ?? 0;
}

async function idsOf(lane: 'live' | 'bulk', limit: number): Promise<number[]> {
  const jobs = await dueTickets(db, { lane, limit });
  return jobs.map((job) => (job.name === 'classify' ? job.payload.ticketId : 0));
}

test('what came by itself is next, then backfills by priority, each by age; a held one waits', async () => {
  const second = await backfill();
  const first = await backfill({ priority: 5 });
  const held = await backfill({ priority: 9, isHeld: true });
  const young = await waiting(1, { backfill: first, agoSeconds: 10 });
  const old = await waiting(1, { backfill: first, agoSeconds: 90 });
  const other = await waiting(1, { backfill: second, agoSeconds: 900 });
  await waiting(1, { backfill: held });
  const own = await waiting(1, { agoSeconds: 1 });
  await waiting(1, { agoSeconds: -60 });

  expect(await idsOf('bulk', 10)).toEqual([...own, ...old, ...young, ...other]);
  expect(await idsOf('bulk', 2)).toEqual([...own, ...old]);
  expect(await idsOf('live', 10)).toEqual([]);
  await sql`truncate tickets cascade`;
});

const Plan = z.array(z.object({ 'QUERY PLAN': z.string() }));

test('among many thousands that wait, the next are read from the index alone, and no more of it than they', async () => {
  await sql`truncate tickets cascade`;
  const live = await waiting(3, { lane: 'live' });
  const backfillId = await backfill();
  for (let chunk = 0; chunk < 4; chunk += 1) await waiting(5_000, { backfill: backfillId });
  await sql`vacuum analyze tickets`;
  expect(await idsOf('live', 10)).toEqual(live);

  const plan = Plan.parse(
    await sql.unsafe(`explain (analyze, buffers, costs off, timing off, summary off)
      select id::float8 as "ticketId", revision from tickets
      where state = 'received' and batch is null and lane = 'bulk' and backfill_id = ${backfillId} and due_at <= now()
      order by due_at, id limit 100`),
  ).map((row) => row['QUERY PLAN']);
  expect(plan.join('\n')).toMatch(/Index Only Scan using tickets_due/);
  expect(plan.join('\n')).toMatch(/rows=100/);
  expect(plan.join('\n')).not.toMatch(/Sort/);
});

test('a lease belongs to one holder until it is over, who may keep it', async () => {
  const ask = (holder: string, forMs: number) => takeLease(db, { name: 'feed', holder, forMs });
  expect(await ask('one', 60_000)).toBe(true);
  expect(await ask('two', 60_000)).toBe(false);
  expect(await ask('one', 0)).toBe(true);
  expect(await ask('two', 60_000)).toBe(true);
  expect(await ask('one', 60_000)).toBe(false);
});
