import { connectDatabase, type Database } from '@usher/db/connect';
import { readGate } from '@usher/db/gates';
import type { CallEnd, GateCall } from '@usher/core/gate';
import type { WorkerEvent } from '@usher/worker/events';
import { createGate } from '@usher/worker/gate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
const pause = (afterMs: number): CallEnd => ({
  kind: 'rate_limited',
  afterMs,
  isRamp: false,
  detail: 'too much',
  says,
});

describe('The gate to Claude', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    testDatabase = await createTestDatabase();
    database = connectDatabase(testDatabase.url, { name: 'gate test' });
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    await testDatabase.drop();
  });

  /** A worker's gate with a clock that the test moves. */
  function open(mostUnanswered = 1_000) {
    const events: WorkerEvent[] = [];
    const clock = { now: 1_000_000 };
    const report = (event: WorkerEvent) => void events.push(event);
    const gate = createGate({ db: database.db, report, mostUnanswered, now: () => clock.now });
    return { gate, events, clock };
  }

  test('lets everybody through while nothing is known against it', async () => {
    const { gate } = open();

    await expect(gate.enter(call)).resolves.toBeDefined();
  });

  test('is closed to every worker while one of them was asked to pause, and open again afterwards', async () => {
    const told = open();
    const other = open();
    await (await told.gate.enter(call)).end(pause(7_000));

    await expect(told.gate.enter(call)).rejects.toMatchObject({ code: 'claude_paused', retry: { afterMs: 7_000 } });
    await expect(other.gate.enter(call)).rejects.toMatchObject({ code: 'claude_paused' });
    expect(told.events).toEqual([{ kind: 'claude_paused', forMs: 7_000, detail: 'too much' }]);

    other.clock.now += 7_001;
    told.clock.now += 7_001;
    await database.db.execute(`update gates set closed_until = now() - interval '1 second'`);
    await expect(told.gate.enter(call)).resolves.toBeDefined();
    await expect(other.gate.enter(call)).resolves.toBeDefined();
  });

  test.each([
    { reason: 'configuration', code: 'claude_refused', forMs: 60_000 },
    { reason: 'money', code: 'budget_spent', forMs: 600_000 },
  ] as const)('closes and raises one alert, however many calls bring the news of $reason', async (expected) => {
    const { gate, events } = open();
    const news = { kind: 'refused', reason: expected.reason, detail: 'as Claude said' } as const;
    const passes = await Promise.all([1, 2, 3].map(() => gate.enter(call)));
    await Promise.all(passes.map((pass) => pass.end(news)));

    await expect(gate.enter(call)).rejects.toMatchObject({ code: expected.code });
    expect(events).toEqual([
      { kind: 'claude_refused', reason: expected.reason, forMs: expected.forMs, detail: 'as Claude said' },
    ]);
    const closed = await readGate(database.db, 'claude');
    expect(closed?.waitMs).toBeGreaterThan(expected.forMs - 30_000);
    expect(closed).toMatchObject({ reason: expected.reason });
  });

  test('notices within a second that another worker closed it', async () => {
    const { gate, clock } = open();
    await gate.enter(call);
    await (await open().gate.enter(call)).end(pause(60_000));

    clock.now += 999;
    await expect(gate.enter(call)).resolves.toBeDefined();
    clock.now += 1;
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_paused' });
  });

  test('lets one probe through in ten seconds while Claude answers nothing, and everybody once it does', async () => {
    const { gate, clock, events } = open(3);
    for (let at = 0; at < 3; at += 1) await gate.enter(call);
    expect(events).toEqual([{ kind: 'claude_silent', unanswered: 3 }]);

    const probe = await gate.enter(call);
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_silent' });
    clock.now += 10_000;
    await expect(gate.enter(call)).resolves.toBeDefined();
    await expect(gate.enter(call)).rejects.toMatchObject({ code: 'claude_silent' });

    await probe.end({ kind: 'rejected', says });
    for (let at = 0; at < 3; at += 1) await expect(gate.enter(call)).resolves.toBeDefined();
  });
});
