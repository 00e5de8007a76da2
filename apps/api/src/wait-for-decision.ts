import { setTimeout as pause } from 'node:timers/promises';
import type { StoredTicket } from '@usher/db/find-ticket';
import { listDecided } from '@usher/db/list-tickets';
import type { RequestDatabase } from './database.ts';
import type { Events } from './events.ts';

/** Requests that wait for the decision about their ticket, all with one look at Postgres. */
export interface Waiting {
  /**
   * The ticket as soon as it is decided; undefined when the time is over, the caller has gone, the process stops or too
   * many wait already.
   */
  decision(ticketId: number, options: { forMs: number; caller: AbortSignal }): Promise<StoredTicket | undefined>;
}

const LOOK_EVERY_MS = 30;
const MAX_WAITING = 2_000;

type Waiter = (ticket: StoredTicket | undefined) => void;

/** Makes the waiting room of one process; `stopping` sends everyone home. */
export function createWaiting(
  database: RequestDatabase,
  { stopping, events }: { stopping: AbortSignal; events: Pick<Events, 'couldNotLook'> },
): Waiting {
  const waiters = new Map<number, Set<Waiter>>();
  let isLooking = false;

  const look = async () => {
    const decided = await database.quick((db) => listDecided(db, [...waiters.keys()]));
    for (const ticket of decided) {
      for (const tell of waiters.get(ticket.id) ?? []) tell(ticket);
    }
  };

  const lookWhileSomeoneWaits = async () => {
    if (isLooking) return;
    isLooking = true;
    while (waiters.size > 0) {
      // Whoever waits gets a 202 in the end: the ticket is stored, only its decision cannot be seen now.
      await look().catch((error: unknown) => events.couldNotLook(error));
      await pause(LOOK_EVERY_MS);
    }
    isLooking = false;
  };

  return {
    async decision(ticketId, { forMs, caller }) {
      if (stopping.aborted || caller.aborted || waiters.size >= MAX_WAITING) return undefined;
      const { promise, resolve } = Promise.withResolvers<StoredTicket | undefined>();
      const giveUp = () => resolve(undefined);
      const timer = setTimeout(giveUp, forMs);
      stopping.addEventListener('abort', giveUp);
      caller.addEventListener('abort', giveUp);
      const others = waiters.get(ticketId) ?? new Set();
      waiters.set(ticketId, others.add(resolve));
      void lookWhileSomeoneWaits();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        stopping.removeEventListener('abort', giveUp);
        caller.removeEventListener('abort', giveUp);
        others.delete(resolve);
        if (others.size === 0) waiters.delete(ticketId);
      }
    },
  };
}
