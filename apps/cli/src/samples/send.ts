import { setTimeout as pause } from 'node:timers/promises';
import { TicketDraft } from '@usher/core/ticket';
import { connectDatabase, type Db } from '@usher/db/connect';
import { jobsOf } from '@usher/db/receive-load';
import { beginSamples, receiveSample } from '@usher/db/samples';
import { connectQueue, type QueueConnection } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import { samples } from './texts.ts';

/** With this pause, in milliseconds, all of them come in about half a minute. */
const EVERY_MS = 1_150;

export interface SampleOptions {
  databaseUrl: string;
  queueUrl: string;
  /** Aborted when the service stops: the others then come with the next start. */
  signal: AbortSignal;
  /** Milliseconds between two of them. */
  everyMs?: number;
  /** Told what kept the others from being sent; they come with the next start. */
  onTrouble: (thrown: unknown) => void;
}

/**
 * Sends the sample tickets one by one on the way that every ticket takes, where none ever came before; until somebody removes them.
 * Never throws: the service runs as well without them.
 */
export async function sendSamples(options: SampleOptions): Promise<void> {
  const { databaseUrl, queueUrl, signal, everyMs = EVERY_MS } = options;
  try {
    await using database = connectDatabase(databaseUrl, { name: 'usher-samples', connections: 1 });
    if (!(await beginSamples(database.db, 'usher start'))) return;
    await using queue = connectQueue(queueUrl, { role: 'producer' });
    for (const sample of samples) {
      if (!(await send(TicketDraft.parse(sample), { db: database.db, queue }))) return;
      await pause(everyMs, undefined, { signal });
    }
  } catch (thrown) {
    if (!signal.aborted) options.onTrouble(thrown);
  }
}

/** Answers whether more are wanted. */
async function send(draft: TicketDraft, { db, queue }: { db: Db; queue: QueueConnection }): Promise<boolean> {
  const receipt = await receiveSample(db, draft);
  if (receipt === undefined) return false;
  // Without the hint, the worker finds it by itself a little later.
  await enqueue(queue, jobsOf({ receipts: [receipt], fetchIds: [] })).catch(() => undefined);
  return true;
}
