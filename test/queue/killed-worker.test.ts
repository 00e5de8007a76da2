import { fork } from 'node:child_process';
import { once } from 'node:events';
import { enqueue } from '@usher/queue/enqueue';
import { expect, test, vi } from 'vitest';
import { drain } from '../support/drain.ts';
import { classifyJob, openQueue } from './queue-under-test.ts';
import { createQueueSpace, serverKinds } from './queue-servers.ts';

test.concurrent.each(serverKinds)(
  'What a killed worker had in hand runs elsewhere within 15 s, which is told to be a restart (%s)',
  async (kind) => {
    await using space = await createQueueSpace(kind);
    await using queue = await openQueue(space);
    const worker = fork(new URL('worker-that-hangs.ts', import.meta.url), [queue.url], { execArgv: [] });
    const taken = once(worker, 'message');
    await enqueue(queue.producer, [classifyJob(1)]);
    await taken;
    const ran: { ticketId: number; isRestart: boolean }[] = [];
    queue.work(async ({ ticketId }, { isRestart }) => void ran.push({ ticketId, isRestart }));

    worker.kill('SIGKILL');

    await vi.waitFor(() => expect(ran).toEqual([{ ticketId: 1, isRestart: true }]), { timeout: 15_000 });
    await drain(queue.producer);
    expect(queue.events.map((event) => event.kind)).toEqual(['stalled', 'done']);
  },
);
