import { Worker } from 'node:worker_threads';
import type { Example } from '@usher/core/engine';
import type { GateVerdict, HeldOutText } from '@usher/core/evaluation/model-gate';
import type { BaselineFigures } from '@usher/core/reports/model-figures';
import type { Taxonomy } from '@usher/core/taxonomy';
import { TrainingFailed } from './failures.ts';
import type { Rival } from './rival.ts';

/** What the thread is started with. */
export interface TrainingTask {
  examples: readonly Example[];
  taxonomy: Taxonomy;
  seed: number;
  /** The model in force, which the new one is measured against; null where there is none of this taxonomy. */
  rival: Rival | null;
}

/** What comes of a training. */
export interface Trained {
  /** The model's bytes. */
  content: Uint8Array;
  heldOut: HeldOutText[];
  /** Whether it may take its rival's place. */
  verdict: GateVerdict;
  /** How simpler ways do; null where that could not be measured. */
  baselines: BaselineFigures | null;
}

export interface TrainingOptions {
  seed: number;
  rival?: Rival | null;
  signal?: AbortSignal;
}

/**
 * Trains a local model in a thread of its own, so that this one goes on working, and compares it with the model in force there. Throws
 * TrainingFailed if the thread ends without a model, or the signal's reason once it is aborted; the thread is gone in any case.
 */
export async function trainInThread(
  examples: readonly Example[],
  taxonomy: Taxonomy,
  { seed, rival = null, signal }: TrainingOptions,
): Promise<Trained> {
  signal?.throwIfAborted();
  const workerData: TrainingTask = { examples, taxonomy, seed, rival };
  const thread = new Worker(new URL('./training-thread.ts', import.meta.url), { workerData, name: 'training' });
  const end = () => void thread.terminate();
  signal?.addEventListener('abort', end);
  try {
    return await resultOf(thread);
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** Settles when the thread has ended. */
function resultOf(thread: Worker): Promise<Trained> {
  const { promise, resolve, reject } = Promise.withResolvers<Trained>();
  let trained: Trained | undefined;
  let cause: unknown;
  thread.on('message', (message: Trained) => (trained = message));
  thread.on('messageerror', (error) => (cause = error));
  thread.on('error', (error) => (cause = error));
  thread.on('exit', (code) => {
    if (trained !== undefined) resolve(trained);
    else
      reject(new TrainingFailed(cause instanceof Error ? cause.message : `its thread ended with ${code}`, { cause }));
  });
  return promise;
}
