import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
const SOON_MS = 60_000;

/**
 * Does a piece of work again whenever it ends, until the signal. It pauses half a second between two, twice as long each time the
 * work ended within a minute, at most half a minute.
 */
export async function keepRunning(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const startedAt = Date.now();
    await work();
    if (Date.now() - startedAt > SOON_MS) pauseMs = FIRST_PAUSE_MS;
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
  }
}
