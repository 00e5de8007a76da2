import type { Job } from '@usher/core/jobs';
import { isLaneDue } from '@usher/db/batches/lane';
import type { Db } from '@usher/db/connect';

/** The job of driving the lane of Message Batches, if anything is due there. */
export async function dueBatches(db: Db): Promise<Job[]> {
  return (await isLaneDue(db)) ? [{ name: 'batch', payload: {} }] : [];
}
