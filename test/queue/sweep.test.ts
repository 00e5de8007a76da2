import type { Job } from '@usher/core/jobs';
import { startSweep, type SweepEvent } from '@usher/queue/sweep';
import { expect, test, vi } from 'vitest';
import { classifyJob, patiently } from './queue-under-test.ts';

const anHour = 3_600_000;

test('The first round starts at once and enqueues what is due', async () => {
  const enqueued: Job[] = [];
  const events: SweepEvent[] = [];
  const sweep = startSweep({
    everyMs: anHour,
    claimDue: async () => [classifyJob(1), classifyJob(2)],
    enqueue: async (jobs) => void enqueued.push(...jobs),
    onEvent: (event) => void events.push(event),
  });

  await vi.waitFor(() => expect(events).toEqual([{ kind: 'swept', jobs: 2 }]), patiently);
  expect(enqueued).toEqual([classifyJob(1), classifyJob(2)]);
  await sweep.stop();
});

test('A round that fails is told, and the next one comes all the same', async () => {
  const events: SweepEvent[] = [];
  const away = new Error('away');
  const answers = [
    () => Promise.reject(away),
    async () => [classifyJob(1)],
    async () => [classifyJob(1)],
    async () => [],
  ];
  const enqueues = [() => Promise.reject(away), async () => {}];
  const sweep = startSweep({
    everyMs: 1,
    claimDue: async () => (await answers.shift()?.()) ?? [],
    enqueue: async () => enqueues.shift()?.(),
    onEvent: (event) => void events.push(event),
  });

  await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(4), patiently);
  await sweep.stop();

  expect(events.slice(0, 4)).toEqual([
    { kind: 'sweep_failed', error: away },
    { kind: 'sweep_failed', error: away },
    { kind: 'swept', jobs: 1 },
    { kind: 'swept', jobs: 0 },
  ]);
});

test('Rounds never overlap', async () => {
  let running = 0;
  const together: number[] = [];
  const sweep = startSweep({
    everyMs: 0,
    async claimDue() {
      running += 1;
      together.push(running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return [];
    },
    enqueue: async () => {},
    onEvent: () => {},
  });

  await vi.waitFor(() => expect(together.length).toBeGreaterThan(10), patiently);
  await sweep.stop();

  expect(new Set(together)).toEqual(new Set([1]));
});

test('Stopping cuts the pause short and starts no further round', async () => {
  let rounds = 0;
  const sweep = startSweep({
    everyMs: anHour,
    async claimDue() {
      rounds += 1;
      return [];
    },
    enqueue: async () => {},
    onEvent: () => {},
  });

  await sweep.stop();

  expect(rounds).toBe(1);
});

test('Stopping waits for the round that runs', async () => {
  const claimed = Promise.withResolvers<Job[]>();
  const enqueued: Job[] = [];
  const sweep = startSweep({
    everyMs: anHour,
    claimDue: () => claimed.promise,
    enqueue: async (jobs) => void enqueued.push(...jobs),
    onEvent: () => {},
  });

  const stopped = sweep.stop();
  claimed.resolve([classifyJob(1)]);
  await stopped;

  expect(enqueued).toEqual([classifyJob(1)]);
});
