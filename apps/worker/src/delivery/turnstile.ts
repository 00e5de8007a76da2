import type { Failure } from '@usher/core/failure';

const LOOK_AGAIN_MS = 1_000;

/** As many deliveries as may be are under way to this receiver; no attempt is spent. */
export class ReceiverBusy extends Error implements Failure {
  readonly code = 'receiver_busy';
  readonly retry = { afterMs: LOOK_AGAIN_MS * (1 + Math.random()) };

  constructor() {
    super('this receiver is busy with other deliveries');
    this.name = 'ReceiverBusy';
  }
}

/** Runs work for a receiver, or throws ReceiverBusy where too much of it is under way. */
export type Turnstile = <T>(receiver: string, work: () => Promise<T>) => Promise<T>;

/** Lets so many deliveries at a time go to the same receiver, so that a slow one cannot take every place. */
export function createTurnstile(most: number): Turnstile {
  const inside = new Map<string, number>();
  return async (receiver, work) => {
    const before = inside.get(receiver) ?? 0;
    if (before >= most) throw new ReceiverBusy();
    inside.set(receiver, before + 1);
    try {
      return await work();
    } finally {
      const left = (inside.get(receiver) ?? 1) - 1;
      if (left === 0) inside.delete(receiver);
      else inside.set(receiver, left);
    }
  };
}
