import type { Failure, Retry } from '@usher/core/failure';
import { queueDepths } from '@usher/queue/depth';
import { enqueue } from '@usher/queue/enqueue';
import { describe, expect, test } from 'vitest';
import { drain } from '../support/drain.ts';
import { classifyJob, openQueue } from './queue-under-test.ts';
import { serverKinds, useQueueSpace } from './queue-servers.ts';

class Trouble extends Error implements Failure {
  readonly code = 'trouble';
  readonly retry: Retry;

  constructor(retry: Retry) {
    super('My card 4111 1111 1111 1111 was charged twice');
    this.retry = retry;
  }
}

describe.each(serverKinds)('A failed job on %s', (kind) => {
  const space = useQueueSpace(kind);

  test('runs again after the time that its failure names, however often, and never before', async () => {
    await using queue = await openQueue(space());
    const runs: { startedAt: number; notBefore: number }[] = [];
    queue.work(async () => {
      const startedAt = Date.now();
      const afterMs = runs.length * 2.5;
      runs.push({ startedAt, notBefore: startedAt + afterMs });
      if (runs.length <= 25) throw new Trouble({ afterMs });
    });

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);

    expect(queue.events.map((event) => event.kind)).toEqual([...Array.from({ length: 25 }, () => 'postponed'), 'done']);
    for (const [index, run] of runs.slice(1).entries()) {
      expect(run.startedAt).toBeGreaterThanOrEqual(runs[index]?.notBefore ?? Infinity);
    }
  });

  test('holds no slot while it waits', async () => {
    await using queue = await openQueue(space());
    const ran: number[] = [];
    queue.work(async ({ ticketId }) => {
      if (ticketId === 1) throw new Trouble({ afterMs: 60_000 });
      ran.push(ticketId);
    });

    await enqueue(queue.producer, [classifyJob(1), classifyJob(2)]);
    await drain(queue.producer, { delayedCount: false });

    expect(ran).toEqual([2]);
    expect((await queueDepths(queue.producer))['classify-live']).toMatchObject({ active: 0, delayed: 1 });
  });

  test('stays one job while it waits to run again', async () => {
    await using queue = await openQueue(space());
    queue.work(async () => {
      throw new Trouble({ afterMs: 60_000 });
    });
    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer, { delayedCount: false });

    await enqueue(queue.producer, [classifyJob(1)]);

    expect((await queueDepths(queue.producer))['classify-live']).toMatchObject({ waiting: 0, delayed: 1 });
  });

  test('is restarted only where nothing asked for another run', async () => {
    await using queue = await openQueue(space());
    const restarts: boolean[] = [];
    const ends = [new Trouble({ afterMs: 0 }), new Trouble({ afterMs: 1 }), new Error('broken'), undefined];
    queue.work(
      async (_payload, { isRestart }) => {
        restarts.push(isRestart);
        const end = ends.shift();
        if (end !== undefined) throw end;
      },
      { pauseMs: () => 1 },
    );

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);

    expect(restarts).toEqual([false, false, false, true]);
  });

  test('runs again for ever after growing pauses, whatever was thrown', async () => {
    await using queue = await openQueue(space());
    const failures: number[] = [];
    const pauseMs = (count: number) => {
      failures.push(count);
      return 1;
    };
    queue.work(
      async () => {
        if (failures.length < 20) throw new Trouble('backoff');
        if (failures.length < 40) throw new TypeError('Not a failure of ours');
      },
      { pauseMs },
    );

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);

    expect(failures).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(queue.events.at(-1)?.kind).toBe('done');
  });

  test('does not grow its pauses by waits of a given length', async () => {
    await using queue = await openQueue(space());
    const failures: number[] = [];
    const pauseMs = (count: number) => {
      failures.push(count);
      return 1;
    };
    const retries: Retry[] = ['backoff', { afterMs: 1 }, { afterMs: 1 }, { afterMs: 1 }, 'backoff'];
    queue.work(
      async () => {
        const retry = retries.shift();
        if (retry !== undefined) throw new Trouble(retry);
      },
      { pauseMs },
    );

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);

    expect(failures).toEqual([1, 2]);
  });

  test('ends at once when its failure says never, and can be enqueued again', async () => {
    await using queue = await openQueue(space());
    let runs = 0;
    queue.work(async () => {
      runs += 1;
      if (runs === 1) throw new Trouble('never');
    });

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);
    expect((await queueDepths(queue.producer))['classify-live'].failed).toBe(1);

    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer);
    expect(queue.events.map((event) => event.kind)).toEqual(['failed', 'done']);
  });

  test.each<Retry>(['never', 'backoff'])('leaves no word of a ticket in the queue (%s)', async (retry) => {
    await using queue = await openQueue(space());
    queue.work(
      async () => {
        throw new Trouble(retry);
      },
      { pauseMs: () => 60_000 },
    );
    await enqueue(queue.producer, [classifyJob(1)]);
    await drain(queue.producer, { delayedCount: false });

    const [job] = await queue.producer.queue('classify-live').getJobs(['failed', 'delayed']);

    expect(job?.failedReason).toBe('trouble');
    expect(JSON.stringify(job)).not.toContain('4111');
  });
});
