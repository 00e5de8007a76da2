import { type Job, type QueueName, queueOf } from '@usher/core/jobs';
import type { QueueConnection } from './connect.ts';
import { queueDepth } from './depth.ts';

/** How long a look at a queue's depth is believed, in milliseconds. */
const BELIEVED_MS = 1_000;

/** Keeps hints from filling the queue with a backlog that waits well in Postgres. */
export interface Window {
  /** Those of the jobs for which their queue has room; the sweep brings the others when it has. */
  admit(jobs: readonly Job[]): Job[];
}

export interface WindowOptions {
  /** Most jobs that a lane should have in the queue. */
  size: number;
  /** A clock in milliseconds that never goes back. */
  now?: () => number;
}

/**
 * Looks at the depth of the classification queues at most once a second, beside the way of the jobs, so that a queue may
 * hold some more than its window for a moment. Jobs of other queues always have room.
 */
export function createWindow(
  connection: QueueConnection,
  { size, now = () => performance.now() }: WindowOptions,
): Window {
  const rooms = new Map<QueueName, Room>();

  const look = async (name: QueueName, room: Room) => {
    room.lookedAt = now();
    room.given = 0;
    // While the queue cannot be asked, the hints themselves find out that it is away.
    const depth = await queueDepth(connection, name).catch(() => undefined);
    if (depth !== undefined) room.free = size - (depth.waiting + depth.active + depth.delayed);
  };

  return {
    admit: (jobs) =>
      jobs.filter((job) => {
        if (job.name !== 'classify') return true;
        const name = queueOf(job);
        const room = rooms.get(name) ?? { free: size, given: 0, lookedAt: -Infinity };
        rooms.set(name, room);
        if (now() - room.lookedAt >= BELIEVED_MS) void look(name, room);
        room.given += 1;
        return room.given <= room.free;
      }),
  };
}

interface Room {
  /** Places that were free at the last look. */
  free: number;
  /** Jobs that came since then. */
  given: number;
  lookedAt: number;
}
