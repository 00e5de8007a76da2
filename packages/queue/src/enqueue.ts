import { deduplicationId, type Job, type QueueName, queueOf } from '@usher/core/jobs';
import type { JobsOptions, Queue } from 'bullmq';
import type { QueueConnection } from './connect.ts';
import { JobInvalid } from './failures.ts';
import { readPayload } from './payload.ts';

/** On Postgres every job of one call holds a lock until the end of it, and the server has a few thousand in all. */
const JOBS_A_CALL = 500;

const kept: JobsOptions = {
  // Only content ends a job, by an error that says so: what the infrastructure did never spends this.
  attempts: 1_000_000,
  backoff: { type: 'growing' },
  removeOnComplete: true,
  removeOnFail: { count: 1_000, age: 7 * 24 * 3_600 },
  // It would be the consumer's own stack every time.
  stackTraceLimit: 0,
};

export interface EnqueueOptions {
  /** How long the jobs wait at least, in milliseconds. */
  delayMs?: number;
}

/**
 * Puts jobs into their queues; one that already waits or runs is left as it is. Throws JobInvalid, before anything is
 * enqueued, for a payload outside the catalogue, and QueueUnreachable when the server is away: some of the jobs may be
 * enqueued then, and enqueuing all of them again is harmless.
 */
export async function enqueue(
  connection: QueueConnection,
  jobs: readonly Job[],
  options: EnqueueOptions = {},
): Promise<void> {
  for (const { name, payload } of jobs) {
    if (readPayload(name, payload) === null) throw new JobInvalid(name);
  }
  const byQueue = Map.groupBy(jobs, queueOf);
  await Promise.all([...byQueue].map(([queueName, some]) => addAll(connection, { queueName, jobs: some, options })));
}

interface Batch {
  queueName: QueueName;
  jobs: readonly Job[];
  options: EnqueueOptions;
}

async function addAll(connection: QueueConnection, { queueName, jobs, options }: Batch): Promise<void> {
  const queue = connection.queue(queueName);
  const entries = jobs.map((job) => toEntry(job, options));
  for (let start = 0; start < entries.length; start += JOBS_A_CALL) {
    await connection.ask(() => queue.addBulk(entries.slice(start, start + JOBS_A_CALL)));
  }
}

function toEntry(job: Job, { delayMs }: EnqueueOptions): Parameters<Queue['addBulk']>[0][number] {
  const deduplication = { id: deduplicationId(job) };
  return { name: job.name, data: job.payload, opts: { ...kept, deduplication, ...(delayMs && { delay: delayMs }) } };
}
