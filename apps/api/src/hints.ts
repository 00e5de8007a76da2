import type { Failure } from '@usher/core/failure';
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

/** Each call costs as much as a dozen jobs in it: after one, further hints gather for so many milliseconds. */
const REST_MS = 10;

/** The queue takes hints more slowly than they are given, or not at all. Postgres knows what is due all the same. */
export class HintsHeldUp extends Error implements Failure {
  readonly code = 'hints_held_up';
  readonly retry = 'never';
}

/** Makes the giver of hints. */
export function createHints(enqueue: Enqueue, events: Pick<Events, 'hintsLost'>): Hints {
  const underWay = new Set<Promise<void>>();
  const gathered: Job[] = [];
  let rest: NodeJS.Timeout | undefined;

  const send = (jobs: readonly Job[], options?: { delayMs?: number }) => {
    if (underWay.size >= MAX_UNDER_WAY) {
      events.hintsLost(jobs.length, new HintsHeldUp());
      return;
    }
    const giving = enqueue(jobs, options)
      .catch((error: unknown) => events.hintsLost(jobs.length, error))
      .finally(() => underWay.delete(giving));
    underWay.add(giving);
  };

  const sendGathered = () => {
    rest = undefined;
    if (gathered.length === 0) return;
    send(gathered.splice(0));
    rest = setTimeout(sendGathered, REST_MS);
  };

  return {
    give(jobs, options) {
      if (jobs.length === 0) return;
      if (options?.delayMs !== undefined) {
        send(jobs, options);
        return;
      }
      for (const job of jobs) gathered.push(job);
      if (rest === undefined) sendGathered();
    },
    async drain(atMostMs) {
      clearTimeout(rest);
      sendGathered();
      const given = within(Promise.all(underWay), atMostMs, () => new HintsHeldUp());
      await given.catch((error: unknown) => events.hintsLost(0, error));
    },
  };
}
