import { openBook } from '@usher/core/budget/book';
import { type Dimension, dimensions, type Pool, rules, Share } from '@usher/core/budget/rules';
import { array, assert, constantFrom, integer, property, record, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Caller, type Grant, letCall, openWarmBook, START } from './callers.ts';

const pool: Pool = {
  account: 'test',
  model: 'claude-haiku-5-5',
  limits: { requests: 6_000, inputTokens: 2_000_000, outputTokens: 400_000 },
};
const tokens = record({ inputTokens: integer({ min: 0, max: 60_000 }), outputTokens: integer({ min: 0, max: 9_000 }) });
const comesAt = integer({ min: 0, max: 8_000 });
const callersOf = (...of: [Share, ...Share[]]) =>
  array(record({ share: constantFrom(...of), comesAt, estimate: tokens }), { minLength: 1, maxLength: 60 });
/** Calls that are all of one size. */
const alike = (...of: [Share, ...Share[]]) =>
  tuple(callersOf(...of), tokens).map(([callers, estimate]) => callers.map((caller) => ({ ...caller, estimate })));
const small = { inputTokens: 10, outputTokens: 10 };

const costOf = ({ caller }: Grant) => ({ requests: 1, ...caller.estimate });
const perMs = (dimension: Dimension) => (pool.limits[dimension] * rules.use) / 60_000;

/** Checks every window between two grants. */
function expectWithin(grants: readonly Grant[], dimension: Dimension, most: number, rate = perMs(dimension)) {
  const excesses = grants.map((_, first) => {
    const granted = grants.slice(first).reduce(
      (sum, grant) => {
        const total = sum.total + costOf(grant)[dimension];
        // Waits are told in whole milliseconds, never too short.
        const limit = rate * (grant.at - (grants[first]?.at ?? 0) + 1) + most;
        return { total, excess: Math.max(sum.excess, total - limit) };
      },
      { total: 0, excess: -Infinity },
    );
    return granted.excess;
  });
  expect(Math.max(...excesses)).toBeLessThanOrEqual(1e-3);
}

/** What every share may have at once: its part of the burst, or one call where that is more. */
function mostAtOnce(grants: readonly Grant[], dimension: Dimension): number {
  const { depths } = openWarmBook(pool).read(START);
  const of = (share: Share) => grants.filter(({ caller }) => caller.share === share);
  return Share.options
    .filter((share) => of(share).length > 0)
    .map((share) => Math.max(depths[share][dimension], ...of(share).map((grant) => costOf(grant)[dimension])))
    .reduce((sum, most) => sum + most, 0);
}

describe('A budget', () => {
  test('never grants one share more than limit and burst in any window', () => {
    assert(
      property(alike('live'), (callers) => {
        const grants = letCall(openWarmBook(pool), callers);

        expect(grants).toHaveLength(callers.length);
        for (const dimension of dimensions) expectWithin(grants, dimension, mostAtOnce(grants, dimension));
      }),
    );
  });

  test('never grants all shares together more than limit and bursts in any window', () => {
    assert(
      property(alike('live', 'escalation', 'bulk'), (callers) => {
        const grants = letCall(openWarmBook(pool), callers);

        expect(grants).toHaveLength(callers.length);
        for (const dimension of dimensions) expectWithin(grants, dimension, mostAtOnce(grants, dimension));
      }),
    );
  });

  test('never grants more tokens than limit and burst where short calls and long ones queue for their turn', () => {
    const long = integer({ min: 0, max: 60_000 }).map((inputTokens) => ({ inputTokens, outputTokens: 0 }));
    const caller = record({
      share: constantFrom<Share>('live'),
      comesAt: integer({ min: 0, max: 500 }),
      estimate: long,
    });
    const queue = Array.from({ length: 300 }, (): Caller => ({ share: 'live', comesAt: 0, estimate: small }));
    assert(
      property(array(caller, { maxLength: 60 }), (callers) => {
        const grants = letCall(openWarmBook(pool), [...queue, ...callers]);

        expectWithin(grants, 'inputTokens', mostAtOnce(grants, 'inputTokens'));
      }),
      { numRuns: 20 },
    );
  });

  test('never grants a share more than limit and a burst in any window where many come late, or all of them stall', () => {
    /** Seconds' worth that a share may really start at once: its own burst and that of the more urgent. */
    const depths = { live: 0.6, escalation: 0.8, bulk: 1 };
    const late = record({
      comesAt: integer({ min: 0, max: 500 }),
      estimate: record({ inputTokens: integer({ min: 0, max: 6_000 }), outputTokens: integer({ min: 0, max: 1_200 }) }),
      by: integer({ min: 0, max: 400 }),
    });
    const crowd = Array.from({ length: 300 }, () => ({ comesAt: 0, estimate: small, by: 0 }));
    const stalls = integer({ min: 0, max: 5_000 });
    assert(
      property(constantFrom(...Share.options), array(late, { maxLength: 80 }), stalls, (share, callers, stallMs) => {
        const all = [...crowd, ...callers].map(({ by, ...caller }) => ({
          ...caller,
          share,
          // Nobody comes while all stall, from the first second on; whoever should have comes right afterwards.
          lateMs: (now: number) => by + (now >= 1_000 && now < 1_000 + stallMs ? 1_000 + stallMs - now : 0),
        }));
        const grants = letCall(openWarmBook(pool), all);

        expect(grants).toHaveLength(all.length);
        for (const dimension of dimensions) {
          const burst = perMs(dimension) * 1_000 * depths[share];
          expectWithin(grants, dimension, burst, pool.limits[dimension] / 60_000);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('lets those who come together after a stall start one by one, first who came first, each told once when', () => {
    const crowd = Array.from({ length: 500 }, (): Caller => {
      const lateMs = (now: number) => (now < 3_500 ? 3_500 - now : 0);
      return { share: 'bulk', comesAt: 0, estimate: small, lateMs };
    });
    const grants = letCall(openWarmBook(pool), crowd);
    const after = grants.filter(({ at }) => at >= 3_500);

    // A burst of 98 at once; then one each 10 ms, at the whole limit.
    expect(after.filter(({ at }) => at === 3_500)).toHaveLength(98);
    expect(after.filter(({ at }) => at <= 4_500)).toHaveLength(98 + 100);
    expect(after.map(({ caller }) => crowd.indexOf(caller))).toEqual(after.map((_, index) => 19 + index));
    expect(Math.max(...after.map(({ asked }) => asked))).toBeLessThanOrEqual(3);
  });

  test('brings forward those who came before the server named limits far above the assumed ones', () => {
    const assumed = { ...pool, limits: { requests: 1_000, inputTokens: 500_000, outputTokens: 100_000 } };
    const named = { requests: 6_000, inputTokens: 2_000_000, outputTokens: 400_000 };
    const book = openBook(assumed);
    const crowd = Array.from({ length: 2_000 }, (): Caller => ({ share: 'bulk', comesAt: 0, estimate: small }));
    // The first call's answer takes a moment.
    const grants = letCall(book, crowd, ({ at }) => {
      if (at >= 600) book.correct({ limits: named, remaining: {} }, START + at);
    });

    // 98 a second at full pace, which is 0.1 at first and grows by 0.02 a second: 0.1·t + 0.01·t² = 2,000 / 98.
    expect(grants.at(-1)?.at).toBeLessThan(41_000);
    expect(Math.max(...grants.map(({ asked }) => asked))).toBeLessThanOrEqual(8);
  });

  test('serves first who came first', () => {
    assert(
      property(callersOf('bulk'), (callers) => {
        const inOrder = callers.toSorted((a, b) => a.comesAt - b.comesAt);
        const turns = new Map(letCall(openWarmBook(pool), inOrder).map(({ caller, at }) => [caller, at]));

        // Each wait is rounded up by less than a millisecond, once for each time that it is told.
        inOrder.reduce((before, caller) => {
          const turn = turns.get(caller) ?? Number.NaN;
          expect(turn).toBeGreaterThan(before - 10);
          return Math.max(before, turn);
        }, 0);
      }),
    );
  });

  test('asks nobody to come more often than a long wait has halves and once more, while nobody more urgent comes between', () => {
    assert(
      property(callersOf('bulk'), (callers) => {
        for (const { at, asked, caller } of letCall(openWarmBook(pool), callers)) {
          const halves = Math.max(0, Math.ceil(Math.log2((at - caller.comesAt) / rules.wholeWaitMs)));
          expect(asked).toBeLessThanOrEqual(3 + halves);
        }
      }),
    );
  });

  test('lets the live wait as if the others were not there', () => {
    assert(
      property(callersOf('live'), callersOf('escalation', 'bulk'), (live, others) => {
        const alone = letCall(openWarmBook(pool), live);
        const together = letCall(openWarmBook(pool), [...others, ...live]);

        expect(together.filter(({ caller }) => caller.share === 'live')).toEqual(alone);
      }),
    );
  });

  test('lets escalations wait as if bulk were not there', () => {
    assert(
      property(callersOf('live', 'escalation'), callersOf('bulk'), (urgent, bulk) => {
        const alone = letCall(openWarmBook(pool), urgent);
        const together = letCall(openWarmBook(pool), [...bulk, ...urgent]);

        expect(together.filter(({ caller }) => caller.share !== 'bulk')).toEqual(alone);
      }),
    );
  });

  test('gives bulk what the live leave, and no more', () => {
    const every = (share: Share, ms: number) =>
      Array.from({ length: 60_000 / ms }, (_, index): Caller => ({ share, comesAt: index * ms, estimate: small }));
    // 6,000 a minute, 98 % of it used: 5,880, of which the live take 3,000.
    const grants = letCall(openWarmBook(pool), [...every('bulk', 10), ...every('live', 20)]);
    const inTheMinute = grants.filter(({ at }) => at < 60_000);
    const live = inTheMinute.filter(({ caller }) => caller.share === 'live');

    expect(live).toHaveLength(3_000);
    expect(live.every(({ at, caller }) => at === caller.comesAt)).toBe(true);
    expect(inTheMinute.length).toBeGreaterThanOrEqual(5_875);
    expect(inTheMinute.length).toBeLessThanOrEqual(5_880 + 100);
  });

  test('never lets a level above its depth, whatever happens', () => {
    const key = integer({ min: 0, max: 5 }).map(String);
    const happening = record({
      verb: constantFrom('reserve', 'settle', 'giveBack', 'pause', 'shrink', 'correct'),
      key,
      share: constantFrom(...Share.options),
      tokens,
      afterMs: integer({ min: 0, max: 40_000 }),
    });
    assert(
      property(array(happening, { maxLength: 80 }), (happenings) => {
        const book = openBook(pool);
        let now = START;
        for (const { verb, key, share, tokens, afterMs } of happenings) {
          now += afterMs;
          if (verb === 'reserve') book.reserve({ key, share, estimate: tokens }, now);
          else if (verb === 'settle') book.settle(key, tokens, now);
          else if (verb === 'giveBack') book.giveBack(key, now);
          else if (verb === 'pause') book.pause(afterMs, now);
          else if (verb === 'shrink') book.shrink(now);
          else book.correct({ limits: { requests: 1 + afterMs }, remaining: tokens }, now);

          const { levels, depths, pace } = book.read(now);
          expect(pace).toBeGreaterThanOrEqual(rules.lowestPace);
          for (const share of Share.options)
            for (const dimension of dimensions)
              expect(levels[share][dimension]).toBeLessThanOrEqual(depths[share][dimension] + 1e-6);
        }
      }),
    );
  });
});

describe('Settling', () => {
  const busy = () => {
    const book = openWarmBook(pool);
    book.reserve({ key: 'before', share: 'live', estimate: { inputTokens: 900_000, outputTokens: 90_000 } }, START);
    return book;
  };

  test('leaves taken just what was used, below the estimate or above it', () => {
    assert(
      property(tokens, tokens, (estimate, used) => {
        const [estimated, known] = [busy(), busy()];
        estimated.reserve({ key: 'a', share: 'live', estimate }, START);
        estimated.settle('a', used, START);
        known.reserve({ key: 'a', share: 'live', estimate: used }, START);

        for (const share of Share.options)
          for (const dimension of dimensions)
            expect(estimated.read(START).levels[share][dimension]).toBeCloseTo(
              known.read(START).levels[share][dimension],
              4,
            );
      }),
    );
  });

  test('counts once, and only what was reserved', () => {
    const book = busy();
    book.reserve({ key: 'a', share: 'bulk', estimate: { inputTokens: 5_000, outputTokens: 500 } }, START);
    book.settle('a', small, START);
    const { levels } = book.read(START);
    book.settle('a', small, START);
    book.settle('never reserved', small, START);
    book.giveBack('a', START);

    expect(book.read(START).levels).toEqual(levels);
  });

  test('without usage leaves the estimate spent', () => {
    const book = busy();
    book.reserve({ key: 'a', share: 'live', estimate: small }, START);
    const { levels, reservations } = book.read(START);
    book.settle('a', null, START);

    expect(book.read(START)).toMatchObject({ levels, reservations: reservations - 1 });
  });

  test('gives all back for a call that never reached the server', () => {
    const book = busy();
    const { levels } = book.read(START);
    book.reserve({ key: 'a', share: 'live', estimate: { inputTokens: 5_000, outputTokens: 500 } }, START);
    book.giveBack('a', START);

    expect(book.read(START).levels).toEqual(levels);
  });
});

describe('Estimates', () => {
  const estimate = { inputTokens: 20_000, outputTokens: 2_000 };
  const use = (book: ReturnType<typeof openBook>, used: typeof estimate) => {
    for (let index = 300; index >= 0; index -= 1) {
      book.reserve({ key: 'a', share: 'live', estimate }, START - index * 1_000);
      book.settle('a', used, START - index * 1_000);
    }
  };
  /** What a call with the estimate takes. */
  const taken = (book: ReturnType<typeof openBook>) => {
    const { levels: before } = book.read(START);
    book.reserve({ key: 'b', share: 'live', estimate }, START);
    const { levels: after } = book.read(START);
    return dimensions.map((dimension) => Math.round(before.live[dimension] - after.live[dimension]));
  };

  test('are corrected as calls turn out', () => {
    const book = openBook(pool);
    use(book, { inputTokens: 30_000, outputTokens: 1_000 });

    expect(taken(book)).toEqual([1, 30_000, 1_000]);
  });

  test('of a call that waits are corrected by what is learnt until it starts', () => {
    const book = openWarmBook(pool);
    const before = { inputTokens: 100_000, outputTokens: 0 };
    book.reserve({ key: 'first', share: 'live', estimate: before }, START);
    const { waitMs } = book.reserve({ key: 'waits', share: 'live', estimate }, START);
    expect(waitMs).toBeGreaterThan(0);
    book.settle('first', { inputTokens: 50_000, outputTokens: 0 }, START);
    const { levels } = book.read(START + waitMs);
    book.reserve({ key: 'waits', share: 'live', estimate }, START + waitMs);

    // Its place had cost 20,000; half of it is returned when it starts.
    expect(book.read(START + waitMs).levels.live.inputTokens).toBeCloseTo(
      Math.min(levels.live.inputTokens + 10_000, book.read(START + waitMs).depths.live.inputTokens),
      4,
    );
  });

  test('are not believed to be off by more than four times', () => {
    const book = openBook(pool);
    use(book, { inputTokens: 20_000_000, outputTokens: 1 });

    expect(taken(book)).toEqual([1, 80_000, 500]);
  });

  test('are not corrected by calls of which the use is not known, or that never were', () => {
    const book = openWarmBook(pool);
    book.reserve({ key: 'a', share: 'live', estimate }, START);
    book.settle('a', null, START);
    book.reserve({ key: 'a', share: 'live', estimate }, START);
    book.giveBack('a', START);

    expect(taken(book)).toEqual([1, 20_000, 2_000]);
  });
});

describe('A place', () => {
  const fill = (book: ReturnType<typeof openBook>, count: number, share: Share = 'live') => {
    for (let index = 0; index < count; index += 1)
      book.reserve({ key: `${share}-${index}`, share, estimate: small }, START);
  };
  const ask = (key: string, share: Share = 'live') => ({ key, share, estimate: small });

  test('is the same for who asks again', () => {
    const book = openWarmBook(pool);
    fill(book, 300);
    const { waitMs } = book.reserve(ask('a'), START);

    expect(waitMs).toBeGreaterThan(1_000);
    expect(book.reserve(ask('a'), START + 400)).toEqual({ waitMs: waitMs - 400 });
    expect(book.reserve(ask('a'), START + waitMs)).toEqual({ waitMs: 0 });
  });

  test('is a new one after it was used', () => {
    const book = openWarmBook(pool);
    fill(book, 300);
    const { waitMs } = book.reserve(ask('a'), START);
    book.reserve(ask('a'), START + waitMs);

    expect(book.reserve(ask('a'), START + waitMs).waitMs).toBeGreaterThan(0);
  });

  test('that nobody uses is given to those behind it', () => {
    const book = openWarmBook(pool);
    fill(book, 600);
    const after = (ms: number) => book.read(START + ms).levels.live.requests;

    expect(after(5_000)).toBeLessThan(-50);
    // The clock of the last one has run out; only those who were let through at once have taken anything.
    book.shrink(START + 36_000);
    expect(book.read(START + 36_000).reservations).toBe(58);
    expect(book.reserve(ask('live-599'), START + 36_000)).toEqual({ waitMs: 0 });
  });

  test('moves back by what the more urgent take', () => {
    const book = openWarmBook(pool);
    fill(book, 300, 'bulk');
    const { waitMs } = book.reserve(ask('a', 'bulk'), START);
    fill(book, 98);

    expect(book.reserve(ask('a', 'bulk'), START + waitMs)).toEqual({ waitMs: 1_000 });
  });
});

describe('Trouble', () => {
  const ask = (key: string) => ({ key, share: 'live' as const, estimate: small });

  test('pauses everybody, and afterwards they come one by one', () => {
    const book = openWarmBook(pool);
    book.pause(10_000, START);
    const waits = ['a', 'b', 'c'].map((key) => book.reserve(ask(key), START).waitMs);

    expect(waits).toEqual([10_011, 10_021, 10_031]);
    expect(book.reserve(ask('a'), START + 10_011)).toEqual({ waitMs: 0 });
  });

  test('is paused for as long as the longest pause that was asked for', () => {
    const book = openWarmBook(pool);
    book.pause(10_000, START);
    book.pause(1_000, START + 2_000);

    expect(book.read(START + 2_000).pausedMs).toBe(8_000);
  });

  test('is paused once for the refusals of calls that were in flight together, and anew for a later one', () => {
    const book = openWarmBook(pool);
    book.pause(1_000, START);
    book.pause(1_000, START + 600);
    book.pause(1_000, START + 999);

    expect(book.read(START + 999).pausedMs).toBe(1);
    expect(book.reserve(ask('a'), START + 1_011)).toEqual({ waitMs: 0 });
    book.pause(1_000, START + 1_100);
    expect(book.read(START + 1_100).pausedMs).toBe(1_000);
  });

  test('slows down for a minute, once for what comes together, and then grows', () => {
    const book = openWarmBook(pool);
    book.shrink(START);
    book.shrink(START + 1_000);
    const paces = [0, 59_999, 65_000, 75_000].map((ms) => book.read(START + ms).pace.toFixed(3));

    expect(paces).toEqual(['0.700', '0.700', '0.800', '1.000']);
  });

  test('starts at a tenth without a memory, and is at full pace 45 s later', () => {
    const book = openBook(pool);
    book.reserve(ask('a'), START);
    const paces = [0, 5_000, 45_000].map((ms) => book.read(START + ms).pace.toFixed(3));

    expect(paces).toEqual(['0.100', '0.200', '1.000']);
    expect(openBook(pool).read(START).levels.bulk.inputTokens).toBeCloseTo(
      openWarmBook(pool).read(START).levels.bulk.inputTokens / 10,
    );
  });

  test('forgets after an hour without use', () => {
    const book = openWarmBook(pool);
    book.reserve(ask('a'), START);

    expect(book.read(START + 3_600_001).pace).toBe(0.1);
  });
});

describe('The server', () => {
  test('pulls a level down and never up', () => {
    const book = openWarmBook(pool);
    book.correct({ limits: {}, remaining: { requests: 10, inputTokens: 2_000_000 } }, START);
    const { levels, depths } = book.read(START);

    expect(levels.live.requests).toBeCloseTo(6);
    expect(levels.bulk.requests).toBeCloseTo(2);
    expect(levels.live.inputTokens).toBe(depths.live.inputTokens);
  });

  test('reveals a higher tier, and a lower one', () => {
    const book = openWarmBook(pool);
    book.correct({ limits: { requests: 10_000, inputTokens: 1_000_000 }, remaining: {} }, START);

    expect(book.read(START).limits).toEqual({ requests: 10_000, inputTokens: 1_000_000, outputTokens: 400_000 });
  });

  test('cannot raise a limit above what the operator allows', () => {
    const book = openWarmBook({ ...pool, ceilings: { requests: 7_000 } });
    book.correct({ limits: { requests: 10_000 }, remaining: {} }, START);

    expect(book.read(START).limits.requests).toBe(7_000);
  });
});
