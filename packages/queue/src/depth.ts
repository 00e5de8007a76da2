import type { QueueName } from '@usher/core/jobs';
import type { QueueConnection } from './connect.ts';

/** How many jobs of one queue are in which state; `failed` are those kept for looking at. */
export interface QueueDepth {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

/** The depth of every queue, read in the order in which work flows; throws QueueUnreachable when the server is away. */
export async function queueDepths(connection: QueueConnection): Promise<Record<QueueName, QueueDepth>> {
  return {
    'classify-live': await queueDepth(connection, 'classify-live'),
    'classify-bulk': await queueDepth(connection, 'classify-bulk'),
    deliver: await queueDepth(connection, 'deliver'),
    fetch: await queueDepth(connection, 'fetch'),
    upkeep: await queueDepth(connection, 'upkeep'),
  };
}

/** The depth of one queue; throws QueueUnreachable when the server is away. */
export async function queueDepth(connection: QueueConnection, name: QueueName): Promise<QueueDepth> {
  const queue = connection.queue(name);
  const counts = await connection.ask(() => queue.getJobCounts('waiting', 'active', 'delayed', 'failed'));
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return { waiting, active, delayed, failed };
}
