import { openBook } from '@usher/core/budget/book';
import { type Pool, Share } from '@usher/core/budget/rules';
import { openBudget } from '@usher/queue/budget/open';
import type { BudgetStore } from '@usher/queue/budget/store';
import { QueueUnreachable, QueueUrlUnsupported } from '@usher/queue/failures';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
} from 'fast-check';
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { findFreePort } from '@usher/embedded/port';
import { serverKinds, useQueueSpace } from './queue-servers.ts';

const limits = { requests: 6_000, inputTokens: 2_000_000, outputTokens: 400_000 };
const small = { inputTokens: 10, outputTokens: 10 };
const START = 1_800_000_000_000;
let pools = 0;
/** A pool that nobody has used. */
const newPool = (ceilings?: Pool['ceilings']): Pool => ({
  account: 'test',
  model: `m-${(pools += 1)}`,
  limits,
  ceilings,
});

const key = integer({ min: 0, max: 30 }).map(String);
const share = constantFrom(...Share.options);
const amount = (max: number) => integer({ min: 0, max });
const tokens = record({ inputTokens: amount(60_000), outputTokens: amount(9_000) });
const reserve = record({ verb: constant('reserve' as const), key, share, estimate: tokens });
const said = record({
  limits: record({ requests: integer({ min: 1, max: 20_000 }) }, { requiredKeys: [] }),
  remaining: record({ requests: amount(100), inputTokens: amount(40_000) }, { requiredKeys: [] }),
});
/** Mostly reservations, as in life; the rest is rarer. */
const step = oneof(
  { arbitrary: reserve, weight: 6 },
  { arbitrary: record({ verb: constant('settle' as const), key, used: option(tokens) }), weight: 3 },
  record({ verb: constant('giveBack' as const), key }),
  record({ verb: constant('pause' as const), forMs: amount(5_000) }),
  record({ verb: constant('shrink' as const) }),
  record({ verb: constant('correct' as const), said }),
);
const afterMs = oneof(
  { arbitrary: amount(50), weight: 8 },
  { arbitrary: amount(70_000), weight: 2 },
  constantFrom(0, 3_599_000, 3_600_001),
);
const story = array(record({ step, afterMs }), { minLength: 5, maxLength: 60 });

type Step = typeof step extends Arbitrary<infer T> ? T : never;

/** The reference, asked like a store. */
function referenceOf(pool: Pool, now: () => number): BudgetStore {
  const book = openBook(pool);
  return {
    reserve: async (_, asking) => book.reserve(asking, now()),
    settle: async (_, key, used) => book.settle(key, used, now()),
    giveBack: async (_, key) => book.giveBack(key, now()),
    pause: async (_, forMs) => book.pause(forMs, now()),
    shrink: async () => book.shrink(now()),
    correct: async (_, says) => book.correct(says, now()),
    read: async () => book.read(now()),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function tell(store: BudgetStore, pool: Pool, step: Step): Promise<unknown> {
  switch (step.verb) {
    case 'reserve':
      return store.reserve(pool, step);
    case 'settle':
      return store.settle(pool, step.key, step.used);
    case 'giveBack':
      return store.giveBack(pool, step.key);
    case 'pause':
      return store.pause(pool, step.forMs);
    case 'shrink':
      return store.shrink(pool);
    case 'correct':
      return store.correct(pool, step.said);
  }
}

describe.each(serverKinds)('A shared budget on %s', (kind) => {
  const space = useQueueSpace(kind);
  const forget = () => (kind === 'Redis' ? space().flush() : forgetInPostgres(space().url));

  test('answers as the reference does, whatever happens', async () => {
    let now = START;
    await using store = openBudget(space().url, { now: () => now });
    await assert(
      asyncProperty(story, option(constant({ requests: 8_000 })), async (story, ceilings) => {
        const pool = newPool(ceilings ?? undefined);
        const reference = referenceOf(pool, () => now);
        for (const { step, afterMs } of story) {
          now += afterMs;
          const expected = await tell(reference, pool, step);
          expect(await tell(store, pool, step)).toEqual(expected);
        }
        // The sums are the same numbers, but for the order in which places that ran out together are returned.
        const [actual, expected] = [await store.read(pool), await reference.read(pool)];
        expect(actual).toMatchObject({ limits: expected.limits, pausedMs: expected.pausedMs, pace: expected.pace });
        for (const share of Share.options) {
          expect(actual.levels[share].requests).toBeCloseTo(expected.levels[share].requests, 6);
          expect(actual.levels[share].inputTokens).toBeCloseTo(expected.levels[share].inputTokens, 4);
          expect(actual.depths[share]).toEqual(expected.depths[share]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('lets no more start than limit and burst after a stall, and tells the others when, as the reference does', async () => {
    let now = START;
    await using store = openBudget(space().url, { now: () => now });
    const pool = newPool();
    const reference = referenceOf(pool, () => now);
    const ask = async (key: string) => {
      const asking = { key, share: 'bulk' as const, estimate: small };
      const [answer, expected] = [await store.reserve(pool, asking), await reference.reserve(pool, asking)];
      expect(answer).toEqual(expected);
      return { key, comesAt: now + answer.waitMs };
    };
    const askAll = async (keys: readonly string[]) => {
      const asked = [];
      for (const key of keys) asked.push(await ask(key));
      return asked.filter(({ comesAt }) => comesAt > now);
    };
    await ask('first');
    now += 60_000;
    const waiting = await askAll(Array.from({ length: 150 }, (_, index) => `a ticket ${index}`));
    expect(waiting).toHaveLength(131);

    // All are due after 5 s; a burst of 98 starts, and one each 10 ms from then on.
    now += 5_000;
    const late = await askAll(waiting.map(({ key }) => key));
    expect(late).toHaveLength(waiting.length - 98);
    for (const { key, comesAt } of late) {
      now = comesAt;
      expect(await ask(key)).toEqual({ key, comesAt: now });
    }
    expect(now).toBe(START + 65_000 + 10 * late.length);
  });

  test('gives many connections at once just the places that it has', async () => {
    const options = { now: () => START };
    const stores = Array.from({ length: 3 }, () => openBudget(space().url, options));
    const pool = newPool();
    const book = openBook(pool);
    const asking = (index: number) => ({ key: String(index), share: 'bulk' as const, estimate: small });
    const expected = Array.from({ length: 300 }, (_, index) => book.reserve(asking(index), START).waitMs);

    const answers = await Promise.all(
      stores.flatMap((store, which) =>
        expected
          .map((_, index) => index)
          .filter((index) => index % 3 === which)
          .map((index) => store.reserve(pool, asking(index))),
      ),
    );
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));

    const waits = answers.map(({ waitMs }) => waitMs);
    expect(waits.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
  });

  test('starts at a tenth when its store was lost', async () => {
    let now = START;
    await using store = openBudget(space().url, { now: () => now });
    const pool = newPool();
    await store.reserve(pool, { key: 'a', share: 'live', estimate: small });
    now += 60_000;
    expect(await store.read(pool)).toMatchObject({ pace: 1, reservations: 1 });

    await forget();

    expect(await store.read(pool)).toMatchObject({ pace: 0.1, reservations: 0 });
    // What is not remembered is not returned either.
    await store.settle(pool, 'a', { inputTokens: 0, outputTokens: 0 });
    const { levels, depths } = await store.read(pool);
    expect(levels).toEqual(depths);
    now += 45_000;
    expect((await store.read(pool)).pace).toBe(1);
  });

  test('goes by the clock of its server', async () => {
    await using store = openBudget(space().url);
    const pool = newPool();
    await store.pause(pool, 60_000);
    const { waitMs } = await store.reserve(pool, { key: 'a', share: 'live', estimate: small });

    expect(waitMs).toBeGreaterThan(30_000);
    expect(waitMs).toBeLessThanOrEqual(62_000);
    expect((await store.read(pool)).pausedMs).toBeGreaterThan(30_000);
  });

  test('keeps pools apart', async () => {
    await using store = openBudget(space().url, { now: () => START });
    const [one, other] = [newPool(), newPool()];
    await store.reserve(one, { key: 'a', share: 'live', estimate: { inputTokens: 900_000, outputTokens: 0 } });

    expect(await store.reserve(other, { key: 'a', share: 'live', estimate: small })).toEqual({ waitMs: 0 });
  });

  test('is made once by processes that start together', async () => {
    const stores = Array.from({ length: 4 }, () => openBudget(space().url, { now: () => START }));
    const pool = newPool();
    await Promise.all(
      stores.map((store, index) => store.reserve(pool, { key: String(index), share: 'live', estimate: small })),
    );

    expect((await stores[0]?.read(pool))?.reservations).toBe(4);
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  test('says when its server is away', async () => {
    const scheme = kind === 'Redis' ? 'redis' : 'postgres';
    await using store = openBudget(`${scheme}://127.0.0.1:${await findFreePort()}/0`);

    await expect(store.reserve(newPool(), { key: 'a', share: 'live', estimate: small })).rejects.toThrow(
      QueueUnreachable,
    );
  });
});

test('A shared budget refuses an address that it does not know', () => {
  expect(() => openBudget('mysql://localhost')).toThrow(QueueUrlUnsupported);
});

/** What a crash of the server leaves of unlogged tables. */
async function forgetInPostgres(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`truncate usher_budget.pools, usher_budget.places`;
  await sql.end();
}
