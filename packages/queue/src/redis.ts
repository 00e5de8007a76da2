import { once } from 'node:events';
import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { QueueRole, QueueServer, ServerOptions } from './server.ts';
import { within } from './within.ts';

const READY_WITHIN_MS = 1_000;
const LONGEST_RECONNECT_PAUSE_MS = 500;

const byRole: Record<QueueRole, RedisOptions> = {
  // Nothing is remembered for later: Postgres knows what is due, and the sweep enqueues it.
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: 1_000, commandTimeout: 5_000 },
  // A silent server is given up after 20 s; longer than the 10 s for which a worker blocks at most.
  consumer: { maxRetriesPerRequest: null, socketTimeout: 20_000 },
};

/** BullMQ on Redis or Valkey: one connection for commands, and a copy of it for each worker, to wait for jobs on. */
export function openRedis(url: string, { role, prefix, onTrouble, onMayEvict }: ServerOptions): QueueServer {
  let isClosed = false;
  const client = new Redis(url, {
    ...byRole[role],
    // The copies ask this, too: a worker that never reached its server has no other way to end.
    retryStrategy: (attempt) => (isClosed ? null : Math.min(attempt * 50, LONGEST_RECONNECT_PAUSE_MS)),
    // After a failover the old address may be a replica that refuses to write: connect again and repeat the command.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  });
  client.on('error', onTrouble);
  client.on('ready', () => void warnOfEviction(client, onMayEvict));
  let coming: Promise<unknown> | undefined;

  return {
    options: {
      connection: client,
      prefix,
      streams: { events: { maxLen: 1_000 } },
      // The check asks once, and its failure would spoil the queue for good; workers, who retry, do ask.
      skipVersionCheck: role === 'producer',
    },
    backend: createRedisBackend,
    async ready() {
      if (client.status === 'ready') return;
      const late = () => new Error(`No Redis within ${READY_WITHIN_MS} ms.`);
      coming ??= within(once(client, 'ready'), READY_WITHIN_MS, late).finally(() => (coming = undefined));
      await coming;
    },
    ping: () => client.ping(),
    async time() {
      const [seconds = Number.NaN, micros = 0] = (await client.time()).map(Number);
      return { time: seconds * 1_000 + micros / 1_000, resolutionMs: 0 };
    },
    async close() {
      isClosed = true;
      const quit = client.status === 'ready' ? client.quit() : Promise.reject(new Error('not connected'));
      await within(quit, 1_000, () => new Error('no answer')).catch(() => client.disconnect());
    },
  };
}

async function warnOfEviction(client: Redis, onMayEvict: ServerOptions['onMayEvict']): Promise<void> {
  const memory = await client.info('memory').catch(() => '');
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy !== undefined && policy !== 'noeviction') onMayEvict(policy);
}
