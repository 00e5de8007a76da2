import type { Arrival } from '@usher/db/arrival';
import { connectDatabase } from '@usher/db/connect';
import { dueTickets } from '@usher/db/due-tickets';
import { findTicket } from '@usher/db/find-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import { startWork } from '@usher/db/work';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../support/postgres.ts';
import { draft } from '../draft.ts';

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

async function receive(ticketId: string, given: Partial<Arrival> = {}): Promise<number> {
  const arrival = { sourceId, lane: 'bulk', isForBatch: true, draft: draft(ticketId), ...given } as const;
  const [receipt] = await receiveTickets(db, [arrival]);
  return receipt?.ticketId ?? 0;
}

test('a bulk ticket for a batch is due work that the queue never sees', async () => {
  const [batched, plain] = [await receive('b-1'), await receive('b-2', { isForBatch: false })];
  await sql`update tickets set due_at = now()`;
  const jobs = await dueTickets(db, { lane: 'bulk', limit: 10 });

  expect(jobs).toEqual([{ name: 'classify', payload: { ticketId: plain, revision: 1, lane: 'bulk' } }]);
  expect(await startWork(db, [{ ticketId: batched, revision: 1 }])).toEqual([undefined]);
  expect(await findTicket(db, { id: batched })).toMatchObject({ state: 'received', batch: 'awaiting' });
});

test('a live ticket never waits for a batch, nor does a text that came live after one in bulk', async () => {
  const live = await receive('l-1', { lane: 'live' });
  const revised = await receive('l-2');
  await receive('l-2', { lane: 'live', draft: draft('l-2', { body: 'It is urgent now.' }) });

  for (const id of [live, revised]) expect(await findTicket(db, { id })).toMatchObject({ lane: 'live', batch: null });
  expect(await startWork(db, [{ ticketId: revised, revision: 2 }])).toMatchObject([{ starts: 0 }]);
});
