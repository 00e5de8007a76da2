import type { Failure } from '@usher/core/failure';

const SOONEST_MS = 1_000;
const LATEST_MS = 30_000;

/** As many deliveries as may be are under way to this receiver; no attempt is spent. */
export class ReceiverBusy extends Error implements Failure {
  readonly code = 'receiver_busy';
  readonly retry: { afterMs: number };

  constructor(afterMs: number) {
    super('this receiver is busy with other deliveries');
    this.name = 'ReceiverBusy';
    this.retry = { afterMs };
  }
}

/** Runs work for a receiver, or throws ReceiverBusy where too much of it is under way. */
export type Turnstile = <T>(receiver: string, work: () => Promise<T>) => Promise<T>;

interface Passage {
  inside: number;
  /** How long the last call took, in milliseconds. */
  lastMs: number;
}

/**
 * Lets so many deliveries at a time go to the same receiver, so that a slow one cannot take every place. Who is refused
 * comes again the later, the longer calls to this receiver take.
 */
export function createTurnstile(most: number, now: () => number = () => performance.now()): Turnstile {
  const passages = new Map<string, Passage>();
  return async (receiver, work) => {
    const passage = passages.get(receiver) ?? { inside: 0, lastMs: 0 };
    if (passage.inside >= most) {
      throw new ReceiverBusy(Math.min(Math.max(2 * passage.lastMs, SOONEST_MS), LATEST_MS) * (1 + Math.random()));
    }
    passages.set(receiver, passage);
    passage.inside += 1;
    const startedMs = now();
    try {
      return await work();
    } finally {
      passage.inside -= 1;
      passage.lastMs = now() - startedMs;
      if (passage.inside === 0) passages.delete(receiver);
    }
  };
}
