import type { CallEnd, GateCall } from '@usher/core/gate';
import { openByHand } from '@usher/db/breaker-by-hand';
import { closeBreaker, listBreakers } from '@usher/db/breakers';
import { connectDatabase, type Database } from '@usher/db/connect';
import { ensureSource } from '@usher/db/sources';
import { setDailyLimit, spentToday } from '@usher/db/spending';

import { createTurns } from '@usher/queue/budget/turns';
import type { WorkerEvent } from '@usher/worker/events';
import { createGate } from '@usher/worker/gate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { roomyLimits } from '../support/claude-server-limits.ts';
import { openMemoryBudget } from '../support/memory-budget.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** A call like any other. */
const call: GateCall = {
  model: 'claude-haiku-5-5',
  key: '1-1-first',
  share: 'live',
  sourceId: null,
  estimate: { inputTokens: 100, outputTokens: 50 },
  worstMicroUsd: 1_000,
  patienceMs: 0,
  signal: new AbortController().signal,
};
const says = { limits: {}, remaining: {} };
const usage = {
  inputTokens: 90,
  cacheReadTokens: 2_000,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 40,
  serviceTier: 'standard',
};
const answered = (costMicroUsd = 100): CallEnd => ({ kind: 'answered', usage, costMicroUsd, says });
const lost: CallEnd = { kind: 'lost', wasSent: true, detail: 'cut' };
const refused = (reason: 'configuration' | 'money'): CallEnd => ({ kind: 'refused', reason, detail: 'as Claude said' });

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connectDatabase(testDatabase.url, { name: 'gate test' });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await testDatabase.drop();
});
beforeEach(() => database.db.execute('truncate breakers, spending'));

/** The gates of a fleet whose clock the test moves. */
function openFleet({ dailyMicroUsd = null }: { dailyMicroUsd?: number | null } = {}) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const budget = openMemoryBudget({ now });
  const open = () => {
    const events: WorkerEvent[] = [];
    const report = (event: WorkerEvent) => void events.push(event);
    const turns = createTurns(budget, { account: 'test', ceilings: roomyLimits });
    const outage = { calls: 3, overMs: 5_000 };
    const gate = createGate({ db: database.db, report, account: 'test', turns, dailyMicroUsd, outage, now });
    return { gate, events, turns };
  };
  return { open, clock };
}

/** Moves the clocks of this process and of the breaker in Postgres. */
async function pass(clock: { now: number }, ms: number): Promise<void> {
  clock.now += ms;
  await database.db.execute(
    `update breakers set open_until = open_until - interval '${ms} ms', probed_until = probed_until - interval '${ms} ms',
     answered_at = answered_at - interval '${ms} ms'`,
  );
}

describe('The breaker of a fleet', () => {
  test('lets everybody through while nothing is known against it', async () => {
    const { gate } = openFleet().open();

    await expect(gate.enter(call)).resolves.toBeDefined();
  });

  test.each([
    { reason: 'configuration', code: 'claude_refused', forMs: 60_000 },
    { reason: 'money', code: 'budget_spent', forMs: 600_000 },
  ] as const)('opens for all and alerts once, however many calls bring the news of $reason', async (expected) => {
    const { open } = openFleet();
    const [one, other] = [open(), open()];
    const passes = await Promise.all([1, 2, 3].map(() => one.gate.enter(call)));
    await Promise.all(passes.map((pass) => pass.end(refused(expected.reason))));

    await expect(one.gate.enter(call)).rejects.toMatchObject({ code: expected.code });
    await expect(other.gate.enter(call)).rejects.toMatchObject({ code: expected.code });
    expect(one.events).toMatchObject([{ kind: 'breaker_opened', reason: expected.reason, forMs: expected.forMs }]);
  });

  test('is noticed within a second by workers that found it closed', async () => {
    const { open, clock } = openFleet();
    const { gate } = open();
    await gate.enter(call);
    await (await open().gate.enter(call)).end(refused('configuration'));

    clock.now += 999;
    await expect(gate.enter(call)).resolves.toBeDefined();
    clock.now += 1;
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_refused' });
  });

  test('lets one call of the fleet probe in the end, and everybody once that is answered', async () => {
    const { open, clock } = openFleet();
    const [one, other] = [open(), open()];
    await (await one.gate.enter(call)).end(refused('configuration'));
    await pass(clock, 60_000);

    const probe = await one.gate.enter(call);
    await expect(one.gate.enter(call)).rejects.toMatchObject({ code: 'claude_refused', retry: { afterMs: 3_000 } });
    await expect(other.gate.enter(call)).rejects.toMatchObject({ code: 'claude_refused' });
    await probe.end(answered());

    expect(one.events.at(-1)).toEqual({ kind: 'breaker_closed' });
    await pass(clock, 3_000);
    for (const { gate } of [one, other]) await expect(gate.enter(call)).resolves.toBeDefined();
  });

  test('stays open for twice as long after each probe that fails', async () => {
    const { open, clock } = openFleet();
    const { gate, events } = open();
    await (await gate.enter(call)).end(refused('configuration'));
    for (const forMs of [60_000, 120_000, 240_000, 480_000, 600_000]) {
      await pass(clock, forMs);
      await (await gate.enter(call)).end(refused('configuration'));
    }

    const waits = events.map((event) => (event.kind === 'breaker_opened' ? event.forMs : 0));
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
  });

  test('lets who waits look again after a minute, because it may be closed by hand before its time', async () => {
    const { open, clock } = openFleet();
    const { gate } = open();
    await (await gate.enter(call)).end(refused('money'));
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'budget_spent', retry: { afterMs: 60_000 } });
    const [breaker] = await listBreakers(database.db);
    await closeBreaker(database.db, breaker?.name ?? '');

    clock.now += 60_000;
    await expect(gate.enter(call)).resolves.toBeDefined();
  });

  test('gives the probe to another when the first found out nothing, or died', async () => {
    const { open, clock } = openFleet();
    const { gate } = open();
    await (await gate.enter(call)).end(refused('configuration'));
    await pass(clock, 60_000);
    await (await gate.enter(call)).end({ kind: 'aborted' });
    await pass(clock, 1_000);
    await expect(gate.enter(call)).resolves.toBeDefined();
    await pass(clock, 3_000);
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_refused' });
    await pass(clock, 45_000);
    await expect(gate.enter(call)).resolves.toBeDefined();
  });

  test('opens when nobody was answered for a while, and closes with any answer', async () => {
    const { open, clock } = openFleet();
    const { gate, events } = open();
    const passes = await Promise.all([1, 2, 3, 4].map(() => gate.enter(call)));
    const [first, second, third, late] = passes;
    await first?.end(lost);
    await second?.end(lost);
    clock.now += 5_000;
    await third?.end({ kind: 'failed', detail: '529', says });
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_silent' });
    expect(events).toMatchObject([{ kind: 'breaker_opened', reason: 'outage', forMs: 10_000, detail: '529' }]);

    await late?.end(answered());
    await expect(gate.enter(call)).resolves.toBeDefined();
    expect(events.at(-1)).toEqual({ kind: 'breaker_closed' });
  });

  test('does not open for a single worker that is cut off; that one stops alone', async () => {
    const { open, clock } = openFleet();
    const [cutOff, other] = [open(), open()];
    await (await other.gate.enter(call)).end(answered());
    for (const wait of [0, 2_500, 2_500]) {
      clock.now += wait;
      await (await cutOff.gate.enter(call)).end(lost);
    }

    await expect(cutOff.gate.enter(call)).rejects.toMatchObject({ code: 'claude_silent' });
    await expect(other.gate.enter(call)).resolves.toBeDefined();
    expect(cutOff.events).toEqual([]);
  });

  test('opens and closes by hand', async () => {
    const { open, clock } = openFleet();
    const { gate } = open();
    await openByHand(database.db, ['claude:test'], { forMs: 3_600_000, why: 'moving house', actor: 'test' });
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_stopped' });
    expect(await listBreakers(database.db)).toMatchObject([
      { name: 'claude:test', state: 'open', reason: 'hand', detail: 'moving house' },
    ]);

    expect(await closeBreaker(database.db, 'claude:test')).toBe(true);
    clock.now += 1_000;
    await expect(gate.enter(call)).resolves.toBeDefined();
  });
});

describe('The budget behind the gate', () => {
  test('pauses every worker when one of them was refused, and nobody else afterwards', async () => {
    const { open, clock } = openFleet();
    const [one, other] = [open(), open()];
    const pass = await one.gate.enter(call);
    await pass.end({ kind: 'rate_limited', afterMs: 7_000, isRamp: false, detail: 'too much', says });

    await expect(other.gate.enter({ ...call, key: 'b' })).rejects.toMatchObject({
      code: 'budget_wait',
      retry: { afterMs: 7_001 },
    });
    clock.now += 7_001;
    await expect(other.gate.enter({ ...call, key: 'b' })).resolves.toBeDefined();
  });
});

describe('The money behind the gate', () => {
  const money = { ...call, worstMicroUsd: 1_000 };
  const everybody = async () => (await spentToday(database.db)).find(({ purse }) => purse === 0)?.spentMicroUsd;

  test('counts what a call cost, and at its worst what may have run without an answer', async () => {
    const { gate } = openFleet({ dailyMicroUsd: 100_000 }).open();
    const ends: CallEnd[] = [answered(300), lost, { kind: 'aborted' }, { ...lost, wasSent: false }, refused('money')];
    const passes = await Promise.all(ends.map((_, at) => gate.enter({ ...money, key: String(at) })));
    expect(await everybody()).toBe(5_000);
    await Promise.all(passes.map((pass, at) => pass.end(ends[at] ?? lost)));

    expect(await everybody()).toBe(300 + 1_000 + 1_000);
  });

  test('turns away what does not fit, with no attempt spent and its turn given back, and alerts once at each part', async () => {
    const { open } = openFleet({ dailyMicroUsd: 10_000 });
    const [one, other] = [open(), open()];
    for (const cost of [4_900, 200, 3_000, 400]) await (await one.gate.enter(money)).end(answered(cost));
    await expect(other.gate.enter({ ...money, worstMicroUsd: 1_600 })).rejects.toMatchObject({ code: 'budget_spent' });
    await expect(other.gate.enter({ ...money, worstMicroUsd: 1_600 })).rejects.toMatchObject({ code: 'budget_spent' });

    const alerts = [...one.events, ...other.events].map((event) => event.kind === 'money_alert' && event.percent);
    expect(alerts).toEqual([50, 80, 100]);
    expect(await other.turns.read()).toMatchObject([{ reading: { reservations: 0 } }]);
  });

  test('is a purse for each source that has a limit, beside the one of all', async () => {
    const source = await ensureSource(database.db, 'shop');
    await setDailyLimit(database.db, source.id, 1_500);
    const { gate, events } = openFleet().open();
    const shop = { ...money, sourceId: source.id };
    await gate.enter(shop);

    await expect(gate.enter(shop)).rejects.toMatchObject({ code: 'budget_spent' });
    await expect(gate.enter({ ...money, sourceId: source.id + 1 })).resolves.toBeDefined();
    expect(events.at(-1)).toMatchObject({ kind: 'money_alert', whose: 'source shop', percent: 100 });
  });

  test('is left alone by a call that gets no turn', async () => {
    const { gate } = openFleet({ dailyMicroUsd: 10_000 }).open();
    const huge = { ...money, estimate: { inputTokens: 100_000_000_000, outputTokens: 50 } };
    await expect(gate.enter(huge)).rejects.toMatchObject({ code: 'budget_wait' });
    expect(await everybody()).toBeUndefined();
  });
});
