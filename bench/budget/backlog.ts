import { connectQueue } from '@usher/queue/connect';
import { queueDepths } from '@usher/queue/depth';
import { enqueue } from '@usher/queue/enqueue';
import { Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { PEER_QUEUE } from './peers.ts';

/** So many jobs are there at the same time: some seconds' worth. */
const WINDOW = 700;
const LOOK_EVERY_MS = 250;

/** Keeps Usher's bulk queue full until it is disposed of. */
export function keepBulkFull(redisUrl: string): AsyncDisposable {
  const connection = connectQueue(redisUrl, { role: 'producer' });
  let next = 1;
  return keepFull(
    async () => {
      const { waiting, active, delayed } = (await queueDepths(connection))['classify-bulk'];
      const missing = Math.max(0, WINDOW - waiting - active - delayed);
      const ids = Array.from({ length: missing }, (_, at) => next + at);
      next += missing;
      const jobOf = (ticketId: number) =>
        ({ name: 'classify', payload: { ticketId, revision: 1, lane: 'bulk' } }) as const;
      await enqueue(connection, ids.map(jobOf));
    },
    async () => connection[Symbol.asyncDispose](),
  );
}

/** Keeps the peers' queue full until it is disposed of. */
export function keepPeersFull(redisUrl: string): AsyncDisposable {
  const queue = new Queue<{ id: number }>(PEER_QUEUE, { connection: { url: redisUrl } });
  let next = 1;
  return keepFull(
    async () => {
      const missing = WINDOW - (await queue.getWaitingCount());
      const opts = { attempts: 100, backoff: { type: 'fixed', delay: 1_000 }, removeOnComplete: true };
      const jobs = Array.from({ length: Math.max(0, missing) }, () => ({ name: 'call', data: { id: next++ }, opts }));
      await queue.addBulk(jobs);
    },
    async () => queue.close(),
  );
}

function keepFull(fill: () => Promise<void>, close: () => Promise<void>): AsyncDisposable {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await fill();
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = run();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await ended;
      await close();
    },
  };
}
