import { connectDatabase } from '@usher/db/connect';
import { readBacklog, readStandingBacklog } from '@usher/db/standing-backlog';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
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

interface Given {
  count?: number;
  lane?: 'live' | 'bulk';
  state?: string;
  batch?: string | null;
  ageSeconds?: number;
  dueInSeconds?: number;
}

async function tickets({ count = 1, lane = 'live', state = 'received', batch = null, ...times }: Given): Promise<void> {
  const { ageSeconds = 0, dueInSeconds = 0 } = times;
  await sql`
    insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, state, batch, revised_at, due_at)
    select ${sourceId}, gen_random_uuid()::text, 's', 'b', 'h', '{}', ${lane}, ${state}, ${batch},
           now() - ${ageSeconds} * interval '1 second', now() + ${dueInSeconds} * interval '1 second'
    from generate_series(1, ${count})`;
}

const exactly = (n: number) => ({ n, isMore: false });

test('tickets are told by lane and by what they wait for, with the age of the oldest', async () => {
  expect(await readStandingBacklog(db)).toMatchObject({
    lanes: [
      { lane: 'live', waiting: exactly(0), oldestSeconds: null },
      { lane: 'bulk', waiting: exactly(0), oldestSeconds: null },
    ],
    triaged: exactly(0),
  });
  await tickets({ count: 3, ageSeconds: 5 });
  await tickets({ count: 2, ageSeconds: 90, dueInSeconds: 60 });
  await tickets({ lane: 'bulk', ageSeconds: 7 });
  await tickets({ count: 4, lane: 'bulk', batch: 'awaiting', ageSeconds: 300 });
  await tickets({ count: 5, state: 'triaged' });
  await tickets({ count: 6, state: 'suggested' });
  await tickets({ count: 7, state: 'routed' });
  const { lanes, triaged, suggested } = await readStandingBacklog(db);
  expect(lanes).toMatchObject([
    { lane: 'live', waiting: exactly(3), postponed: exactly(2), inBatches: exactly(0) },
    { lane: 'bulk', waiting: exactly(1), postponed: exactly(0), inBatches: exactly(4) },
  ]);
  expect(lanes.map(({ oldestSeconds }) => Math.floor((oldestSeconds ?? 0) / 30))).toEqual([3, 10]);
  expect([triaged, suggested]).toEqual([exactly(5), exactly(6)]);
});

test('in short, everything in a lane waits, whatever for', async () => {
  const [live, bulk] = await readBacklog(db, { most: 100 });
  expect(live).toMatchObject({ lane: 'live', waiting: exactly(5) });
  expect(bulk).toMatchObject({ lane: 'bulk', waiting: exactly(5) });
  expect([live, bulk].map((one) => Math.floor((one?.oldestSeconds ?? 0) / 30))).toEqual([3, 10]);
  const [, short] = await readBacklog(db, { most: 4 });
  expect(short?.waiting).toEqual({ n: 4, isMore: true });
});

test('of a large backlog it is said that there is more than was counted', async () => {
  const { lanes, triaged } = await readStandingBacklog(db, { most: 3 });
  const upTo = (n: number) => ({ n, isMore: true });
  expect(lanes[0]?.waiting.isMore).toBe(true);
  expect(lanes[1]).toMatchObject({ waiting: exactly(1), inBatches: upTo(3) });
  expect(triaged).toEqual(upTo(3));
});
