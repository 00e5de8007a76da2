import { once } from 'node:events';
import { type EmbeddedPostgres, startPostgres } from '@usher/embedded/start-postgres';
import { keepRunning } from './keep-running.ts';

/** An embedded Postgres that is started again, at the same address, whenever it has ended; disposing of it stops it. */
export interface KeptPostgres extends AsyncDisposable {
  url: string;
}

/**
 * Starts the embedded Postgres, or joins the one that another command has started, and keeps one running from then on. `remark`
 * gets a sentence about every unexpected end. Throws what the first start throws.
 */
export async function keepPostgres(directory: string, remark: (text: string) => void): Promise<KeptPostgres> {
  const logger = { info: () => undefined, warn: remark };
  const first = await startPostgres({ directory, logger });
  const { url, port } = first;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = once(signal, 'abort');
  let current: EmbeddedPostgres | undefined = first;
  const kept = keepRunning(signal, async () => {
    try {
      current ??= await startPostgres({ directory, port, logger });
      await Promise.race([current.ended(), stopped]);
      if (signal.aborted) return;
      current = undefined;
      remark('Postgres has ended; it is started again');
    } catch (thrown) {
      remark(`Postgres could not be started again: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await kept;
      await current?.stop();
    },
  };
}
