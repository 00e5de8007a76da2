import type { QueueConnection } from './connect.ts';

/** What BullMQ answers where the server does not tell who is connected: an entry without a name of its own. */
const CONNECTION_NAME = 'rawname';

/**
 * How many workers are connected to the queue now; null where its server does not tell, as some hosted ones do not. Throws
 * QueueUnreachable when it is away.
 */
export async function workersSeen(connection: QueueConnection): Promise<number | null> {
  // Each worker listens to every queue.
  const workers = await connection.ask(() => connection.queue('classify-live').getWorkers());
  return workers.every((worker) => CONNECTION_NAME in worker) ? workers.length : null;
}
