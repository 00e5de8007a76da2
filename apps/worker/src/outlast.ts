import { DatabaseUnavailable } from '@usher/db/failures';
import { pause } from './pause.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_MS = 15_000;

/**
 * Repeats database work while Postgres is away, for 15 s at most: what was already paid for should survive a restart of
 * the database. Throws what the work threw last, at once when the signal is aborted.
 */
export async function outlast<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const giveUpAt = Date.now() + LONGEST_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof DatabaseUnavailable) || Date.now() + pauseMs > giveUpAt) throw thrown;
      await pause(pauseMs, signal);
      if (signal.aborted) throw thrown;
    }
  }
}
