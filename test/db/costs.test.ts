import { connectDatabase } from '@usher/db/connect';
import { keepCosts, sumCosts } from '@usher/db/costs';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordDecision } from '@usher/db/record-decision';
import { rebuildRollups } from '@usher/db/rollup/roll-up';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { answer, makeRelease, routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 1 });
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

const month = () => ({ from: new Date(Date.now() - 30 * 86_400_000), until: new Date(Date.now() + 60_000) });
const hard = answer({ model: 'claude-sonnet-5-5', costMicroUsd: 1_000 });

/** What the report tells but the days, which differ by when they were. */
async function figures() {
  return (await sumCosts(db, month())).filter(({ group }) => group !== 'day');
}

test('before the first answer there is nothing to add up', async () => {
  expect(await sumCosts(db, { from: new Date(0), until: new Date() })).toEqual([]);
  expect(await sql`select from daily_costs`).toEqual([]);
});

test('days that are over are added up once, with the same figures as while they lasted', async () => {
  const { id: sourceId } = await ensureSource(db, 'api');
  const releaseId = await makeRelease(db);
  const drafts = ['C-1', 'C-2', 'C-3'].map((name) => ({ sourceId, lane: 'live' as const, draft: draft(name) }));
  const calls = [[answer(), hard], [answer()], [answer({ costMicroUsd: 60 })]];
  for (const [at, { ticketId }] of (await receiveTickets(db, drafts)).entries()) {
    const text = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'cascade' } as const;
    await recordDecision(db, { ...text, calls: calls[at] ?? [], decision: routeToFinance() });
  }
  const live = await figures();
  expect(live.find(({ group }) => group === 'all')).toMatchObject({ tickets: 3, calls: 4, costMicroUsd: 1_156 });
  expect(await sql`select from daily_costs`).toEqual([]);

  // The last ticket's day is the one after an empty one.
  await sql`update classifications set created_at = created_at - interval '4 days' where cost_micro_usd <> 60`;
  await sql`update classifications set created_at = created_at - interval '2 days' where cost_micro_usd = 60`;
  expect(await figures()).toEqual(live);
  const kept = await sql`select tickets::int from daily_costs where "group" = 'all' order by day`;
  expect(kept.slice(0, 3)).toEqual([{ tickets: 2 }, { tickets: 0 }, { tickets: 1 }]);
  await sql`update classifications set cost_micro_usd = 5_000 where cost_micro_usd = 60`;
  expect(await figures()).toEqual(live);
});

test('counting everything anew adds up past days anew, a day at a time where that is wanted', async () => {
  await rebuildRollups(db, { patienceMs: 20_000, progress: () => {} });
  await keepCosts(db, { most: 1 });
  expect(await sql`select count(distinct day)::int as days from daily_costs`).toEqual([{ days: 1 }]);
  const all = (await figures()).find(({ group }) => group === 'all');
  expect(all?.costMicroUsd).toBe(48 + 1_000 + 48 + 5_000);
});
