import type { Job } from '@usher/core/jobs';
import { setTimeout as pause } from 'node:timers/promises';

export type SweepEvent = { kind: 'swept'; jobs: number } | { kind: 'sweep_failed'; error: unknown };

export interface SweepOptions {
  /** The pause between the end of one round and the start of the next, in milliseconds; asked after each round. */
  everyMs: number | (() => number);
  /** The jobs that are due and that this process may enqueue; none when another process sweeps. */
  claimDue: () => Promise<readonly Job[]>;
  enqueue: (jobs: readonly Job[]) => Promise<void>;
  onEvent: (event: SweepEvent) => void;
}

export interface Sweep {
  /** Starts no further round; resolves when the one that runs has ended. */
  stop(): Promise<void>;
}

/**
 * Enqueues what is due, at once and then again and again; a round that fails is told and followed by the next. A loop
 * of its own rather than a repeated job of the queue, because it must outlive a queue that was flushed.
 */
export function startSweep(options: SweepOptions): Sweep {
  const stopping = new AbortController();
  const ended = sweep(options, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

async function sweep(options: SweepOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    options.onEvent(await sweepOnce(options));
    const pauseMs = typeof options.everyMs === 'number' ? options.everyMs : options.everyMs();
    await pause(pauseMs, undefined, { signal }).catch(() => {});
  }
}

async function sweepOnce({ claimDue, enqueue }: SweepOptions): Promise<SweepEvent> {
  try {
    const due = await claimDue();
    if (due.length > 0) await enqueue(due);
    return { kind: 'swept', jobs: due.length };
  } catch (error) {
    return { kind: 'sweep_failed', error };
  }
}
