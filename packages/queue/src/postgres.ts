import { PostgresConnection, PostgresQueueBackend, type PostgresPoolConfig, runMigrations } from 'bullmq';
import type { QueueRole, QueueServer, ServerOptions } from './server.ts';

const byRole: Record<QueueRole, PostgresPoolConfig> = {
  producer: { max: 4, connectionTimeoutMillis: 1_000, query_timeout: 5_000 },
  // A silent server is given up after 20 s, as on Redis.
  consumer: { max: 4, connectionTimeoutMillis: 10_000, query_timeout: 20_000 },
};

/**
 * BullMQ on Postgres, with tables in a schema of their own (`bullmq`): one pool for all queues, and for each worker a
 * pool and a connection that listens. The tables are made and migrated on the way, by one process at a time.
 */
export function openPostgres(url: string, { role, onTrouble }: ServerOptions): QueueServer {
  const settings: PostgresPoolConfig = {
    ...byRole[role],
    connectionString: url,
    keepAlive: true,
    // A crash of Postgres may cost the last moments of the queue, which the sweep brings back; tickets are safe.
    options: '-c synchronous_commit=off',
  };
  const shared = new RecoveringConnection(settings);
  shared.on('error', onTrouble);

  return {
    options: { connection: {}, streams: { events: { maxLen: 1_000 } } },
    backend(name, options, { withBlockingConnection = false } = {}) {
      const own = withBlockingConnection ? new RecoveringConnection(settings) : undefined;
      const listenerName = own === undefined ? undefined : name;
      const backendOptions = { ...options, connection: settings };
      return new PostgresQueueBackend(own ?? shared, name, backendOptions, own !== undefined, listenerName);
    },
    ready: () => shared.waitUntilReady(),
    ping: () => shared.pool.query('select 1'),
    async time() {
      const { rows } = await shared.pool.query<{ time: number }>(
        'select extract(epoch from clock_timestamp())::float8 * 1000 as time',
      );
      return { time: rows[0]?.time ?? Number.NaN, resolutionMs: 0 };
    },
    close: () => shared.close(),
  };
}

/** BullMQ remembers a failed first contact for ever; this one tries again whenever it is asked. */
class RecoveringConnection extends PostgresConnection {
  #ready: Promise<void> | undefined;

  override waitUntilReady(): Promise<void> {
    this.#ready ??= this.#migrate().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #migrate(): Promise<void> {
    const client = await this.pool.connect();
    try {
      await runMigrations(client, this.schema);
    } finally {
      client.release();
    }
  }
}
