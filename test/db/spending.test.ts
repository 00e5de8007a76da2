import { connectDatabase, type Database } from '@usher/db/connect';
import { ensureSource } from '@usher/db/sources';
import { noteAlert, returnMoney, setDailyLimit, spentToday, takeMoney, type Taken } from '@usher/db/spending';
import { array, assert, asyncProperty, integer, option, record } from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

describe('The purses', () => {
  let testDatabase: TestDatabase;
  let databases: Database[];
  let sourceId: number;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    databases = [1, 2, 3, 4].map((at) => connectDatabase(testDatabase.url, { name: `worker ${at}`, connections: 4 }));
    sourceId = (await ensureSource(first().db, 'shop')).id;
  });
  afterAll(async () => {
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()));
    await testDatabase.drop();
  });
  beforeEach(() => forget());

  const first = () => {
    const [database] = databases;
    if (database === undefined) throw new Error('there are databases for tests only');
    return database;
  };
  const forget = async () => {
    await first().db.execute('truncate spending');
    await setDailyLimit(first().db, sourceId, null);
  };
  const everybody = (spent: Awaited<ReturnType<typeof spentToday>>) =>
    spent.find(({ purse }) => purse === 0)?.spentMicroUsd ?? 0;

  test('give nothing away that is not there, and return what was not used', async () => {
    const { db } = first();
    const wish = { dailyMicroUsd: 1_000, sourceId: null, worstMicroUsd: 600 };
    const taken = await takeMoney(db, wish);
    expect(taken).toMatchObject({ kind: 'taken', purses: [{ purse: 0, spentMicroUsd: 600, limitMicroUsd: 1_000 }] });
    expect(await takeMoney(db, wish)).toMatchObject({ kind: 'spent', purses: [{ purse: 0, spentMicroUsd: 600 }] });

    expect(taken.kind === 'taken' && (await returnMoney(db, taken, 500))).toEqual([
      { purse: 0, spentMicroUsd: 100, limitMicroUsd: 1_000 },
    ]);
    expect(await takeMoney(db, wish)).toMatchObject({ kind: 'taken' });
  });

  test('take from both or from none: a source that has spent its own leaves the others theirs', async () => {
    const { db } = first();
    await setDailyLimit(db, sourceId, 500);
    const wish = { dailyMicroUsd: 10_000, sourceId, worstMicroUsd: 400 };
    expect(await takeMoney(db, wish)).toMatchObject({ kind: 'taken', purses: [{ purse: 0 }, { purse: sourceId }] });
    expect(await takeMoney(db, wish)).toMatchObject({
      kind: 'spent',
      purses: [{ purse: sourceId, limitMicroUsd: 500 }],
    });
    expect(await takeMoney(db, { ...wish, sourceId: null })).toMatchObject({ kind: 'taken', purses: [{ purse: 0 }] });
    expect(everybody(await spentToday(db))).toBe(800);
  });

  test('say how long it is until the next day, in UTC', async () => {
    const answer = await takeMoney(first().db, { dailyMicroUsd: 0, sourceId: null, worstMicroUsd: 1 });
    const tomorrow = Date.parse(`${answer.day}T00:00:00Z`) + 86_400_000;
    expect(answer.kind === 'spent' && Math.abs(tomorrow - Date.now() - answer.freshInMs)).toBeLessThan(60_000);
  });

  test('cost nothing where there is no limit', async () => {
    const { db } = first();
    expect(await takeMoney(db, { dailyMicroUsd: null, sourceId, worstMicroUsd: 400 })).toMatchObject({ purses: [] });
    expect(await spentToday(db)).toEqual([]);
  });

  test('remember which alerts were given on a day', async () => {
    const { db } = first();
    const { day } = await takeMoney(db, { dailyMicroUsd: 1_000, sourceId: null, worstMicroUsd: 600 });
    const alert = (percent: number) => noteAlert(db, { day, purse: 0, percent });
    expect([await alert(50), await alert(50), await alert(100), await alert(80)]).toEqual([0, 50, 50, 100]);
  });

  test('are never overdrawn, however many workers take at once and whatever calls turn out to cost', async () => {
    const call = record({ worst: integer({ min: 1, max: 400 }), share: integer({ min: 0, max: 100 }) });
    const limits = record({
      all: option(integer({ min: 0, max: 3_000 })),
      own: option(integer({ min: 0, max: 2_000 })),
    });
    await assert(
      asyncProperty(array(call, { minLength: 20, maxLength: 60 }), limits, async (calls, { all, own }) => {
        await forget();
        await setDailyLimit(first().db, sourceId, own);
        const seen: { all: number; own: number }[] = [];
        let paid = 0;
        const make = async ({ worst, share }: { worst: number; share: number }, at: number) => {
          const { db } = databases[at % databases.length] ?? first();
          const taken: Taken | { kind: 'spent' } = await takeMoney(db, {
            dailyMicroUsd: all,
            sourceId,
            worstMicroUsd: worst,
          });
          if (taken.kind === 'spent') return;
          const cost = Math.floor((worst * share) / 100);
          paid += cost;
          const of = (purse: number) => taken.purses.find((one) => one.purse === purse)?.spentMicroUsd ?? 0;
          seen.push({ all: of(0), own: of(sourceId) });
          await returnMoney(db, taken, worst - cost);
        };
        await Promise.all(calls.map(make));

        for (const spent of seen) {
          expect(spent.all).toBeLessThanOrEqual(all ?? Infinity);
          expect(spent.own).toBeLessThanOrEqual(own ?? Infinity);
        }
        expect(paid).toBeLessThanOrEqual(Math.min(all ?? Infinity, own ?? Infinity));
        // In the end the purses hold what was paid, to the micro-dollar.
        const purses = await spentToday(first().db);
        if (all !== null) expect(everybody(purses)).toBe(paid);
        if (own !== null) expect(purses.find(({ purse }) => purse === sourceId)?.spentMicroUsd ?? 0).toBe(paid);
      }),
      { numRuns: 15 },
    );
  });
});
