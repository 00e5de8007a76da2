import { connectDatabase } from '@usher/db/connect';
import { listTickets } from '@usher/db/list-tickets';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const sql = postgres(own.url, { max: 1 });
const { id: sourceId } = await ensureSource(database.db, 'api');
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

async function store(subject: string, { lane = 'live', state = 'received', count = 1 } = {}): Promise<void> {
  await sql`
    insert into tickets (source_id, external_id, subject, body, text_hash, lane, state)
    select ${sourceId}, gen_random_uuid()::text, ${subject}, 'b', 'h', ${lane}, ${state} from generate_series(1, ${count})`;
}

async function subjectsWith(words: string): Promise<string[]> {
  const found = await listTickets(database.db, { words, limit: 10 });
  return found.map(({ subject }) => subject);
}

beforeAll(async () => {
  await store('zebra, old, waiting bulk', { lane: 'bulk' });
  await store('zebra, old, decided bulk', { lane: 'bulk', state: 'routed' });
  await store('zebra, old, waiting live');
  await store('zebra, old, decided live', { state: 'triaged' });
  await store('horse', { count: 1_000 });
  await store('zebra, new, waiting live');
  await sql`analyze tickets`;
});

test('words find the subjects of all tickets but of old ones that still wait', async () => {
  expect(await subjectsWith('zebra')).toEqual([
    'zebra, new, waiting live',
    'zebra, old, decided live',
    'zebra, old, decided bulk',
  ]);
});

test('an old ticket is found by its words as soon as it is decided', async () => {
  await sql`update tickets set state = 'triaged' where subject = 'zebra, old, waiting bulk'`;
  expect(await subjectsWith('"old, waiting bulk"')).toEqual(['zebra, old, waiting bulk']);
});
