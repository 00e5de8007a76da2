import { z } from 'zod';
import { Lane } from './ticket.ts';

const id = z.number().int().positive();

/**
 * The job catalogue: every job that may wait in the queue, with its payload, which holds ids and never ticket text.
 * A job is a hint to look; Postgres knows whether there is work.
 */
export const jobs = {
  /** Suggest and decide for one revision of a ticket. */
  classify: z.strictObject({ ticketId: id, revision: id, lane: Lane }),
  /** Tell the helpdesk or an outbound webhook about one decision. */
  deliver: z.strictObject({ deliveryId: id }),
  /** Fetch from a helpdesk what an event did not say. */
  fetch: z.strictObject({ fetchId: id }),
  /** Ask a source for tickets that are new or changed. */
  pull: z.strictObject({ sourceId: id }),
  /** Learn the local model again from the taxonomy and the labelled examples. */
  learn: z.strictObject({}),
  /** Do whatever is due about Message Batches. */
  batch: z.strictObject({}),
} as const;

export type JobName = keyof typeof jobs;
export type Payload<N extends JobName> = z.infer<(typeof jobs)[N]>;

/** One handler a job; a missing one does not compile. */
export type Handlers<Deps> = { [N in JobName]: (payload: Payload<N>, deps: Deps) => Promise<void> };

/** A job ready to enqueue. */
export type Job = { [N in JobName]: { name: N; payload: Payload<N> } }[JobName];

/** The queues: live and bulk classification apart, so that bulk never delays live. */
export const queueNames = ['classify-live', 'classify-bulk', 'deliver', 'fetch', 'upkeep'] as const;
export type QueueName = (typeof queueNames)[number];

/** The queue in which a job waits. */
export function queueOf(job: Job): QueueName {
  switch (job.name) {
    case 'classify':
      return job.payload.lane === 'live' ? 'classify-live' : 'classify-bulk';
    case 'deliver':
      return 'deliver';
    case 'fetch':
    case 'pull':
      return 'fetch';
    case 'learn':
    case 'batch':
      return 'upkeep';
  }
}

/** What makes two jobs the same work: adding the second while the first waits or runs changes nothing. */
export function deduplicationId(job: Job): string {
  switch (job.name) {
    case 'classify':
      return `classify-${job.payload.ticketId}-${job.payload.revision}`;
    case 'deliver':
      return `deliver-${job.payload.deliveryId}`;
    case 'fetch':
      return `fetch-${job.payload.fetchId}`;
    case 'pull':
      return `pull-${job.payload.sourceId}`;
    case 'learn':
    case 'batch':
      return job.name;
  }
}
