import { startBackfill } from '@usher/db/backfill/backfills';
import { RowPacker } from '@usher/db/backfill/packed-rows';
import { type Chunk, storeChunk } from '@usher/db/backfill/store-chunk';
import { connectDatabase } from '@usher/db/connect';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 1, onnotice: () => {} });
const { id: sourceId } = await ensureSource(db, 'api');
beforeEach(async () => {
  await sql`truncate tickets, backfills cascade`;
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

/** A chunk that is the whole of a backfill of its own. */
async function chunkOf(rows: readonly { id: string; body?: string }[], isKnown = false): Promise<Chunk> {
  const begun = { sourceId, file: 'history.csv', fingerprint: 'x', options: {}, isShadow: false, priority: 0 };
  const { id: backfillId } = await startBackfill(db, begun);
  const packer = new RowPacker({ sourceId, backfillId, isForBatch: false, isLabelledDue: false });
  for (const { id, body = `Text of ${id}` } of rows) packer.add({ draft: draft(id, { body }), label: null });
  return { rows: packer.packed, isKnown, from: 0, to: rows.length, refused: 0, skipped: 0, rejectBytes: 0 };
}

const many = Array.from({ length: 3_000 }, (_, at) => ({ id: `T-${at}` }));

async function stored(): Promise<{ count: number; ids: number }> {
  const [row] = await sql<{ count: number; ids: number }[]>`
    select count(*)::int, count(distinct external_id)::int as ids from tickets`;
  return row ?? { count: 0, ids: 0 };
}

test.each([
  ['the first', 0],
  ['one in the middle', 1_500],
  ['the last', 2_999],
])('where %s of many tickets is known, it is compared and all others are stored', async (_, at) => {
  for (const isKnown of [false, true]) {
    await sql`truncate tickets cascade`;
    await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft(`T-${at}`, { body: 'Another text' }) }]);
    const counts = { created: 2_999, revised: 1, duplicate: 0, labelled: 0 };
    expect(await storeChunk(db, await chunkOf(many, isKnown))).toEqual({ kind: 'stored', counts });
    expect(await stored()).toEqual({ count: 3_000, ids: 3_000 });
  }
});

test('tickets keep the order of their rows, and one that is named again has its texts in that order', async () => {
  const rows = [...many, { id: 'T-7', body: 'Second' }, { id: 'T-7', body: 'Third' }];
  expect(await storeChunk(db, await chunkOf(rows))).toMatchObject({ counts: { created: 3_000, revised: 2 } });
  const ids = await sql<{ external_id: string }[]>`select external_id from tickets order by id`;
  expect(ids.map((row) => row.external_id)).toEqual(many.map(({ id }) => id));
  const [newest] = await sql`select revision, body from tickets where external_id = 'T-7'`;
  expect(newest).toEqual({ revision: 3, body: 'Third' });
});

test('the same new tickets in several chunks at the same moment, in different orders, are stored once', async () => {
  const chunks = await Promise.all([many, many.toReversed(), many].map((rows) => chunkOf(rows)));
  const outcomes = await Promise.all(chunks.map((chunk) => storeChunk(db, chunk)));
  const created = outcomes.map((one) => (one.kind === 'stored' ? one.counts.created : 0));
  expect(created.reduce((sum, one) => sum + one, 0)).toBe(3_000);
  expect(await stored()).toEqual({ count: 3_000, ids: 3_000 });
});

test('rows of any length and with any characters come back as they were', async () => {
  const bodies = ['\t\\\n\r\\N'.repeat(80_000), '€'.repeat(500_000), '🙂'.repeat(250_000), '\\.', '\\N'];
  const rows = [...bodies, ...bodies].map((body, at) => ({ id: `L-${at}`, body }));
  await storeChunk(db, await chunkOf(rows));
  const kept = await sql<{ body: string }[]>`select body from tickets order by id`;
  expect(kept.map(({ body }) => body)).toEqual(rows.map(({ body }) => body));
});

test('the memory of packed rows can be used again', async () => {
  const first = await chunkOf(many);
  await storeChunk(db, first);
  const packer = new RowPacker(first.rows.origin, first.rows.bytes.buffer);
  packer.add({ draft: draft('N-1'), label: null });
  const next = { ...first, rows: packer.packed, from: 3_000, to: 3_001 };
  expect(await storeChunk(db, next)).toMatchObject({ counts: { created: 1 } });
  expect(await stored()).toEqual({ count: 3_001, ids: 3_001 });
});
