import type { Job } from '@usher/core/jobs';
import { connectQueue } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';

/** Hints the workers that there is work. They find it by themselves later if the queue is away, so this never fails. */
export async function hint(queueUrl: string, jobs: readonly Job[]): Promise<void> {
  try {
    await using queue = connectQueue(queueUrl, { role: 'producer' });
    await enqueue(queue, jobs);
  } catch {
    // The sweep finds what is due within seconds.
  }
}
