import { enqueue } from '@usher/queue/enqueue';
import { queueDepths } from '@usher/queue/depth';
import { JobInvalid } from '@usher/queue/failures';
import { describe, expect, test, vi } from 'vitest';
import { drain } from '../support/drain.ts';
import { classifyJob, openQueue, patiently } from './queue-under-test.ts';
import { serverKinds, useQueueSpace } from './queue-servers.ts';

describe.each(serverKinds)('A queue on %s', (kind) => {
  const space = useQueueSpace(kind);

  test('runs each enqueued job once', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];
    await enqueue(
      queue.producer,
      Array.from({ length: 600 }, (_, index) => classifyJob(index + 1)),
    );

    queue.work(async ({ ticketId }) => void ran.push(ticketId), { concurrency: 8 });
    await drain(queue.producer);

    expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    expect(queue.events.every(({ kind }) => kind === 'done')).toBe(true);
  });

  test('hands a job over as the catalogue knows it', async () => {
    await using queue = await openQueue(space());
    const ran: unknown[] = [];
    queue.work(async (payload) => void ran.push(payload));

    await enqueue(queue.producer, [classifyJob(7)]);
    await drain(queue.producer);

    expect(ran).toEqual([{ ticketId: 7, revision: 1, lane: 'live' }]);
  });

  test('keeps one of two jobs for the same work while the first waits', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];

    await enqueue(queue.producer, [classifyJob(1), classifyJob(1)]);
    await enqueue(queue.producer, [classifyJob(1)]);
    expect((await queueDepths(queue.producer))['classify-live'].waiting).toBe(1);

    queue.work(async ({ ticketId }) => void ran.push(ticketId));
    await drain(queue.producer);
    expect(ran).toEqual([1]);
  });

  test('keeps one of two jobs for the same work while the first runs', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];
    queue.work(async ({ ticketId }) => {
      ran.push(ticketId);
      await enqueue(queue.producer, [classifyJob(1)]);
    });

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);

    expect(ran).toEqual([1]);
  });

  test('runs the same work again when it is enqueued after it was done', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];
    queue.work(async ({ ticketId }) => void ran.push(ticketId));

    for (let round = 0; round < 3; round += 1) {
      await enqueue(queue.producer, [classifyJob(1)]);
      await drain(queue.producer);
    }

    expect(ran).toEqual([1, 1, 1]);
  });

  test('refuses a payload outside the catalogue, and with it the whole call', async () => {
    await using queue = await openQueue(space());

    await expect(enqueue(queue.producer, [classifyJob(1), classifyJob(-1)])).rejects.toThrow(JobInvalid);

    expect((await queueDepths(queue.producer))['classify-live'].waiting).toBe(0);
  });

  test('fails for good what somebody else put into the queue, and goes on', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];
    const foreign = queue.producer.queue('classify-live');
    await foreign.add('classify', { ticketId: 'seven' });
    await foreign.add('constructor', {});
    await enqueue(queue.producer, [classifyJob(1)]);

    queue.work(async ({ ticketId }) => void ran.push(ticketId));
    await drain(queue.producer);

    expect(ran).toEqual([1]);
    expect((await queueDepths(queue.producer))['classify-live'].failed).toBe(2);
    expect(queue.events.filter(({ kind }) => kind === 'failed')).toHaveLength(2);
  });

  test('keeps live work moving beside a bulk backlog that does not move', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];
    const backlog = Array.from({ length: 100 }, (_, index) => classifyJob(index + 1, 'bulk'));
    await enqueue(queue.producer, [...backlog, classifyJob(1_000)]);
    const release = Promise.withResolvers<void>();
    queue.work(() => release.promise, { queue: 'classify-bulk' });

    queue.work(async ({ ticketId }) => void ran.push(ticketId));
    await vi.waitFor(() => expect(ran).toEqual([1_000]), patiently);

    const bulk = async () => (await queueDepths(queue.producer))['classify-bulk'];
    await vi.waitFor(async () => expect(await bulk()).toMatchObject({ active: 1, waiting: 99 }), patiently);
    release.resolve();
  });

  test('shares the load between consumers', async () => {
    await using queue = await openQueue(space());
    const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const both = Promise.all(started.map(({ promise }) => promise));
    // Each ends only when both have started, which one consumer with one job at a time can never do.
    queue.work(async () => void (started[0]?.resolve(), await both));
    queue.work(async () => void (started[1]?.resolve(), await both));

    await enqueue(queue.producer, [classifyJob(1), classifyJob(2)]);
    await drain(queue.producer);

    expect(queue.events.map(({ kind }) => kind)).toEqual(['done', 'done']);
  });

  test('runs a delayed job when its time has come and not before', async () => {
    await using queue = await openQueue(space());
    const startedAt: number[] = [];
    queue.work(async () => void startedAt.push(Date.now()));
    const enqueuedAt = Date.now();

    await enqueue(queue.producer, [classifyJob(1)], { delayMs: 200 });
    expect((await queueDepths(queue.producer))['classify-live']).toMatchObject({ waiting: 0, delayed: 1 });
    await drain(queue.producer);

    expect(startedAt).toHaveLength(1);
    expect(startedAt[0]).toBeGreaterThanOrEqual(enqueuedAt + 200);
  });

  test('tells how deep each queue is', async () => {
    await using queue = await openQueue(space());
    await enqueue(queue.producer, [
      classifyJob(1),
      classifyJob(2, 'bulk'),
      classifyJob(3, 'bulk'),
      { name: 'deliver', payload: { deliveryId: 4 } },
    ]);
    await enqueue(queue.producer, [{ name: 'learn', payload: {} }], { delayMs: 60_000 });

    expect(await queueDepths(queue.producer)).toEqual({
      'classify-live': { waiting: 1, active: 0, delayed: 0, failed: 0 },
      'classify-bulk': { waiting: 2, active: 0, delayed: 0, failed: 0 },
      deliver: { waiting: 1, active: 0, delayed: 0, failed: 0 },
      fetch: { waiting: 0, active: 0, delayed: 0, failed: 0 },
      upkeep: { waiting: 0, active: 0, delayed: 1, failed: 0 },
    });
  });
});
