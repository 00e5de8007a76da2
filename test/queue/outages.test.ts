import { fork } from 'node:child_process';
import { once } from 'node:events';
import { queueDepths } from '@usher/queue/depth';
import { enqueue } from '@usher/queue/enqueue';
import { QueueUnreachable } from '@usher/queue/failures';
import { describe, expect, test, vi } from 'vitest';
import { drain } from '../support/drain.ts';
import { classifyJob, connectTo, openQueue, patiently } from './queue-under-test.ts';
import { serverKinds, startQueueServer, useQueueSpace } from './queue-servers.ts';

describe.each(serverKinds)('Work on %s', (kind) => {
  const space = useQueueSpace(kind);

  test('is finished where it was begun when its consumer closes with time enough', async () => {
    await using queue = await openQueue(space());
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const consumer = queue.work(async (_payload, { signal }) => {
      begun.resolve();
      await mayEnd.promise;
      signal.throwIfAborted();
    });
    await enqueue(queue.producer, [classifyJob(1), classifyJob(2)]);
    await begun.promise;

    const closed = consumer.close(20_000);
    mayEnd.resolve();
    await closed;

    expect(queue.events.map((event) => event.kind)).toEqual(['done']);
    expect((await queueDepths(queue.producer))['classify-live']).toMatchObject({ waiting: 1, active: 0 });
  });

  test('goes back to the queue when its consumer closes before it ends, and runs elsewhere at once', async () => {
    await using queue = await openQueue(space());
    const begun = Promise.withResolvers<void>();
    const consumer = queue.work(async (_payload, { signal }) => {
      begun.resolve();
      await once(signal, 'abort');
      signal.throwIfAborted();
    });
    await enqueue(queue.producer, [classifyJob(1)]);
    await begun.promise;

    await consumer.close(0);
    expect(queue.events.map((event) => event.kind)).toEqual(['given_back']);
    expect((await queueDepths(queue.producer))['classify-live']).toMatchObject({ waiting: 1, active: 0, failed: 0 });

    const ran: number[] = [];
    queue.work(async ({ ticketId }) => void ran.push(ticketId));
    await drain(queue.producer);
    expect(ran).toEqual([1]);
  });

  test('goes back to the queue even when its handler does not listen', async () => {
    await using queue = await openQueue(space());
    const begun = Promise.withResolvers<void>();
    const consumer = queue.work(async () => {
      begun.resolve();
      await new Promise(() => {});
    });
    await enqueue(queue.producer, [classifyJob(1)]);
    await begun.promise;

    await consumer.close(0);

    expect((await queueDepths(queue.producer))['classify-live']).toMatchObject({ waiting: 1, active: 0, failed: 0 });
  });

  test('goes on when the queue forgets everything in the middle of it', async () => {
    await using queue = await openQueue(space());
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const ran: number[] = [];
    queue.work(
      async ({ ticketId }) => {
        begun.resolve();
        await mayEnd.promise;
        ran.push(ticketId);
      },
      { concurrency: 2 },
    );
    await enqueue(queue.producer, [classifyJob(1), classifyJob(2), classifyJob(3)]);
    await begun.promise;

    await queue.flush();
    mayEnd.resolve();
    await vi.waitFor(() => expect(queue.events.map((event) => event.kind)).toContain('trouble'), patiently);

    await enqueue(queue.producer, [classifyJob(3), classifyJob(4)]);
    await vi.waitFor(() => expect(ran).toEqual(expect.arrayContaining([1, 2, 3, 4])), patiently);
    await drain(queue.producer);
  });
});

describe.each(serverKinds)('While %s is away', (kind) => {
  test('a producer fails fast, and serves again when the server is back', async () => {
    await using server = await startQueueServer(kind);
    await using process = connectTo(server.url);
    await enqueue(process.producer, [classifyJob(1)]);

    await server.stop();
    await expect(enqueue(process.producer, [classifyJob(2)])).rejects.toThrow(QueueUnreachable);
    await expect(process.producer.ping()).rejects.toThrow(QueueUnreachable);

    await server.start();
    await vi.waitFor(() => enqueue(process.producer, [classifyJob(2)]), patiently);
    expect((await queueDepths(process.producer))['classify-live'].waiting).toBeGreaterThanOrEqual(1);
  });

  test('a process can start, and both its sides serve when the server comes', async () => {
    await using server = await startQueueServer(kind);
    await server.stop();
    await using process = connectTo(server.url);
    const ran: number[] = [];
    process.work(async ({ ticketId }) => void ran.push(ticketId));
    await expect(enqueue(process.producer, [classifyJob(1)])).rejects.toThrow(QueueUnreachable);

    await server.start();
    await vi.waitFor(() => enqueue(process.producer, [classifyJob(1)]), patiently);

    await vi.waitFor(() => expect(ran).toEqual([1]), patiently);
  });

  test('a consumer waits, and works again when the server is back', async () => {
    await using server = await startQueueServer(kind);
    await using process = connectTo(server.url);
    const ran: number[] = [];
    process.work(async ({ ticketId }) => void ran.push(ticketId));
    await enqueue(process.producer, [classifyJob(1)]);
    await vi.waitFor(() => expect(ran).toEqual([1]), patiently);

    await server.stop();
    await server.start();
    await vi.waitFor(() => enqueue(process.producer, [classifyJob(2)]), patiently);

    await vi.waitFor(() => expect(ran).toEqual([1, 2]), patiently);
  });

  test('a consumer closes in bounded time', async () => {
    await using server = await startQueueServer(kind);
    await using process = connectTo(server.url);
    const begun = Promise.withResolvers<void>();
    const consumer = process.work(async () => {
      begun.resolve();
      await new Promise(() => {});
    });
    await enqueue(process.producer, [classifyJob(1)]);
    await begun.promise;

    await server.stop();

    await consumer.close(0);
  });
});

test.concurrent.each(['redis://127.0.0.1:1', 'postgres://127.0.0.1:1/usher'])(
  'A worker whose server never came ends when it is asked to (%s)',
  async (url) => {
    const worker = fork(new URL('worker-without-server.ts', import.meta.url), [url], { execArgv: [] });

    expect(await once(worker, 'exit')).toEqual([0, null]);
  },
);
