import { randomUUID } from 'node:crypto';
import type { Job, QueueName } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import type { Db } from '@usher/db/connect';
import { dueTickets } from '@usher/db/due-tickets';
import { takeLease } from '@usher/db/leases';
import type { QueueConnection } from '@usher/queue/connect';
import { queueDepth } from '@usher/queue/depth';
import { enqueue } from '@usher/queue/enqueue';
import { startSweep, type Sweep, type SweepEvent } from '@usher/queue/sweep';

const EVERY_MS = 5_000;
/** While more waits than the window holds, so that fast workers never run dry. */
const SOON_MS = 500;
/** A feeder that died is followed by another after this at the latest, and one more pause. */
const LEASE_MS = 8_000;

/** How often the head is gone through although the queue is well filled: a lost hint may be among it. */
const THOROUGH_EVERY_MS = 30_000;

const LANES: readonly { lane: Lane; queue: QueueName }[] = [
  { lane: 'live', queue: 'classify-live' },
  { lane: 'bulk', queue: 'classify-bulk' },
];

export interface FeederOptions {
  db: Db;
  queue: QueueConnection;
  /** Most tickets of a lane that should be in the queue at the same time. */
  window: number;
  onEvent: (event: SweepEvent) => void;
}

/**
 * Keeps the head of each lane's backlog in the queue, and the rest in Postgres. It marks nothing: the head is whatever is
 * next in Postgres, and adding what is in the queue already changes nothing. So a flushed queue, a lost hint and a
 * backlog of millions are one case. One worker of the fleet feeds at a time; the others stand by.
 */
export function startFeeder({ db, queue, window, onEvent }: FeederOptions): Sweep {
  const holder = randomUUID();
  let isMoreWaiting = false;
  let thoroughAt = -Infinity;
  return startSweep({
    everyMs: () => (isMoreWaiting ? SOON_MS : EVERY_MS),
    async claimDue() {
      isMoreWaiting = false;
      if (!(await takeLease(db, { name: 'feed', holder, forMs: LEASE_MS }))) return [];
      const isThorough = performance.now() - thoroughAt >= THOROUGH_EVERY_MS;
      if (isThorough) thoroughAt = performance.now();
      const due: Job[] = [];
      for (const { lane, queue: name } of LANES) {
        // The head is read only where a good part of it would be new: reading and adding it again costs as much.
        const isLow = (await depthOf(queue, name)) <= (isThorough ? window : window / 2);
        const head = isLow ? await dueTickets(db, { lane, limit: window }) : [];
        due.push(...head);
        isMoreWaiting ||= !isLow || head.length === window;
      }
      return due;
    },
    enqueue: (jobs) => enqueue(queue, jobs),
    onEvent,
  });
}

async function depthOf(queue: QueueConnection, name: QueueName): Promise<number> {
  const { waiting, active, delayed } = await queueDepth(queue, name);
  return waiting + active + delayed;
}
