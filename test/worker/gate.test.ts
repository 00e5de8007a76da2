import { connectDatabase, type Database } from '@usher/db/connect';
import { readGate } from '@usher/db/gates';
import type { WorkerEvent } from '@usher/worker/events';
import { createGate } from '@usher/worker/gate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const MODEL = 'claude-haiku-5-5';

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

    await expect(gate.enter(MODEL)).resolves.toBeUndefined();
  });

  test('is closed to every worker while one of them was asked to pause, and open again afterwards', async () => {
    const told = open();
    const other = open();
    await told.gate.report(MODEL, { kind: 'pause', afterMs: 7_000, reason: 'rate_limit_error' });

    await expect(told.gate.enter(MODEL)).rejects.toMatchObject({ code: 'claude_paused', retry: { afterMs: 7_000 } });
    await expect(other.gate.enter(MODEL)).rejects.toMatchObject({ code: 'claude_paused' });
    expect(told.events).toEqual([{ kind: 'claude_paused', forMs: 7_000, detail: 'rate_limit_error' }]);

    other.clock.now += 7_001;
    told.clock.now += 7_001;
    await database.db.execute(`update gates set closed_until = now() - interval '1 second'`);
    await expect(told.gate.enter(MODEL)).resolves.toBeUndefined();
    await expect(other.gate.enter(MODEL)).resolves.toBeUndefined();
  });

  test.each([
    { reason: 'configuration', code: 'claude_refused', forMs: 60_000 },
    { reason: 'money', code: 'budget_spent', forMs: 600_000 },
  ] as const)('closes and raises one alert, however many calls bring the news of $reason', async (expected) => {
    const { gate, events } = open();
    const news = { kind: 'open', reason: expected.reason, detail: 'as Claude said' } as const;
    await Promise.all([gate.report(MODEL, news), gate.report(MODEL, news), gate.report(MODEL, news)]);

    await expect(gate.enter(MODEL)).rejects.toMatchObject({ code: expected.code });
    expect(events).toEqual([
      { kind: 'claude_refused', reason: expected.reason, forMs: expected.forMs, detail: 'as Claude said' },
    ]);
    const closed = await readGate(database.db, 'claude');
    expect(closed?.waitMs).toBeGreaterThan(expected.forMs - 30_000);
    expect(closed).toMatchObject({ reason: expected.reason });
  });

  test('notices within a second that another worker closed it', async () => {
    const { gate, clock } = open();
    await gate.enter(MODEL);
    await open().gate.report(MODEL, { kind: 'pause', afterMs: 60_000, reason: 'rate_limit_error' });

    clock.now += 999;
    await expect(gate.enter(MODEL)).resolves.toBeUndefined();
    clock.now += 1;
    await expect(gate.enter(MODEL)).rejects.toMatchObject({ code: 'claude_paused' });
  });

  test('lets one probe through in ten seconds while Claude answers nothing, and everybody once it does', async () => {
    const { gate, clock, events } = open(3);
    for (let call = 0; call < 3; call += 1) await gate.enter(MODEL);
    expect(events).toEqual([{ kind: 'claude_silent', unanswered: 3 }]);

    await expect(gate.enter(MODEL)).resolves.toBeUndefined();
    await expect(gate.enter(MODEL)).rejects.toMatchObject({ code: 'claude_silent' });
    clock.now += 10_000;
    await expect(gate.enter(MODEL)).resolves.toBeUndefined();
    await expect(gate.enter(MODEL)).rejects.toMatchObject({ code: 'claude_silent' });

    await gate.report(MODEL, { kind: 'answered' });
    for (let call = 0; call < 3; call += 1) await expect(gate.enter(MODEL)).resolves.toBeUndefined();
  });
});
