import { Worker } from 'node:worker_threads';
import type { Example } from '@usher/core/engine';
import type { Taxonomy } from '@usher/core/taxonomy';
import { TrainingFailed } from './failures.ts';

/** What the thread is started with. */
export interface TrainingTask {
  examples: readonly Example[];
  taxonomy: Taxonomy;
  seed: number;
}

/**
 * Trains a local model in a thread of its own, so that this one goes on working, and promises its bytes. Throws TrainingFailed
 * if the thread ends without a model, or the signal's reason once it is aborted; the thread is gone in any case.
 */
export async function trainInThread(
  examples: readonly Example[],
  taxonomy: Taxonomy,
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const workerData: TrainingTask = { examples, taxonomy, seed };
  const thread = new Worker(new URL('./training-thread.ts', import.meta.url), { workerData, name: 'training' });
  const end = () => void thread.terminate();
  signal?.addEventListener('abort', end);
  try {
    return await bytesFrom(thread);
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** Settles when the thread has ended. */
function bytesFrom(thread: Worker): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  let bytes: unknown;
  let cause: unknown;
  thread.on('message', (message: unknown) => (bytes = message));
  thread.on('messageerror', (error) => (cause = error));
  thread.on('error', (error) => (cause = error));
  thread.on('exit', (code) => {
    if (bytes instanceof Uint8Array) resolve(bytes);
    else
      reject(new TrainingFailed(cause instanceof Error ? cause.message : `its thread ended with ${code}`, { cause }));
  });
  return promise;
}
