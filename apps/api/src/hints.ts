import type { Job } from '@usher/core/jobs';
import { within } from '@usher/queue/within';
import type { Events } from './events.ts';

/** How jobs are put into the queue. */
export type Enqueue = (jobs: readonly Job[], options?: { delayMs?: number }) => Promise<void>;

/** Reminders to the workers. None is ever waited for or missed: Postgres knows what is due, and the sweep finds it. */
export interface Hints {
  give(jobs: readonly Job[], options?: { delayMs?: number }): void;
  /** Waits until the given hints are in the queue, or that many milliseconds. */
  drain(atMostMs: number): Promise<void>;
}

/** Calls under way at the same time; beyond that the queue is in trouble, and more calls would only fill the memory. */
const MAX_UNDER_WAY = 100;

/** Makes the giver of hints. */
export function createHints(enqueue: Enqueue, events: Pick<Events, 'hintsLost'>): Hints {
  const underWay = new Set<Promise<void>>();

  return {
    give(jobs, options) {
      if (jobs.length === 0) return;
      if (underWay.size >= MAX_UNDER_WAY) {
        events.hintsLost(jobs.length, 'too many hints are under way');
        return;
      }
      const giving = enqueue(jobs, options)
        .catch((error: unknown) => events.hintsLost(jobs.length, error))
        .finally(() => underWay.delete(giving));
      underWay.add(giving);
    },
    async drain(atMostMs) {
      const late = () => new Error('hints were still under way');
      await within(Promise.all(underWay), atMostMs, late).catch((error: unknown) => events.hintsLost(0, error));
    },
  };
}
