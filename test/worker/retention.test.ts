import type { WorkerEvent } from '@usher/worker/events';
import { removeOnce } from '@usher/worker/retention';
import { takeLease } from '@usher/db/leases';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { decidedTickets, makeOlder } from '../db/old-tickets.ts';
import { openDesk, type SupportDesk } from './support-desk.ts';

let desk: SupportDesk;
let events: WorkerEvent[] = [];
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());
beforeEach(async () => {
  events = [];
  await desk.sql`truncate tickets, classifications, decisions, audit, leases, rollup_cursors, ticket_hours cascade`;
  const numbers = await decidedTickets(desk.db, desk.source.id, ['a', 'b']);
  await makeOlder(desk.sql, numbers, 31);
});

function run(now = new Date(), signal = new AbortController().signal) {
  return removeOnce({ db: desk.db, report: (event) => void events.push(event), days: 30, now, signal });
}

const kinds = () => events.map(({ kind }) => kind);

test('a worker removes what is old, says so, and leaves it at that for a day', async () => {
  await run();
  expect(kinds()).toEqual(['old_tickets_going', 'old_tickets_gone']);
  expect(events.at(-1)).toMatchObject({ tickets: 2 });
  await run(new Date(Date.now() + 23 * 3_600_000));
  expect(events).toHaveLength(2);
  await run(new Date(Date.now() + 25 * 3_600_000));
  expect(kinds().at(-1)).toBe('old_tickets_gone');
});

test('one worker does it at a time', async () => {
  await takeLease(desk.db, { name: 'retention', holder: 'another', forMs: 60_000 });
  await run();
  expect(kinds()).toEqual([]);
});

test('a worker that stops ends it after the transaction that runs, and another goes on', async () => {
  await run(new Date(), AbortSignal.abort());
  expect(await desk.sql`select detail ->> 'isWhole' as whole from audit where verb = 'retention.end'`).toEqual([
    { whole: 'false' },
  ]);
  await run();
  expect(kinds().at(-1)).toBe('old_tickets_gone');
});
