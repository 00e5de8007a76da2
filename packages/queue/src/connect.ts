import type { QueueName } from '@usher/core/jobs';
import { type IQueueBackend, type Processor, Queue, Worker, type WorkerOptions } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import { QueueUnreachable, QueueUrlUnsupported } from './failures.ts';
import { openPostgres } from './postgres.ts';
import { quieten } from './quieten.ts';
import { openRedis } from './redis.ts';
import type { QueueRole, QueueServer, ServerOptions, ServerTime } from './server.ts';
import { within } from './within.ts';

const ANSWERED_WITHIN_MS = 5_000;
const PAUSE_AFTER_TROUBLE_MS = 1_000;

/** The one place that knows which server the queue is on. */
export interface QueueConnection extends AsyncDisposable {
  /** BullMQ's queue of that name, the same object every time; for Bull Board and for looking. */
  queue(name: QueueName): Queue;
  /** A running BullMQ worker, which its caller closes. */
  worker(name: QueueName, process: Processor<unknown, void>, options: Partial<WorkerOptions>): QueueWorker;
  /** The answer of the server, or QueueUnreachable: within 1 s while it is away, within 5 s while it is silent. */
  ask<T>(question: () => Promise<T>): Promise<T>;
  /** One round trip; QueueUnreachable when it fails. */
  ping(): Promise<void>;
  /** The server's clock; QueueUnreachable when it does not answer. */
  time(): Promise<ServerTime>;
}

/** What an operator should hear about the queue's server. */
export type QueueWarning =
  /** Redis may throw away waiting jobs when its memory is full; its `maxmemory-policy` should be noeviction. */
  | { kind: 'may_evict'; policy: string }
  /** The connection broke or could not be made; it is made again by itself. Told every 10 s at most. */
  | { kind: 'connection_trouble'; error: Error };

export interface ConnectOptions {
  role: QueueRole;
  /** What the keys in Redis start with, `usher` by default. Postgres has a schema instead: `bullmq`. */
  prefix?: string;
  onWarning?: (warning: QueueWarning) => void;
}

/**
 * Connects to the queue at `redis://`, `rediss://` or `postgres://`, without waiting for the server to be there.
 * Throws QueueUrlUnsupported for any other address.
 */
export function connectQueue(queueUrl: string, options: ConnectOptions): QueueConnection {
  const { role, prefix = 'usher', onWarning = () => {} } = options;
  const onTrouble = quieten((error) => onWarning({ kind: 'connection_trouble', error }));
  const onMayEvict = (policy: string) => onWarning({ kind: 'may_evict', policy });
  const server = openServer(queueUrl, { role, prefix, onTrouble, onMayEvict });
  const queues = new Map<QueueName, Queue>();

  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      await server.ready();
      return await within(question(), ANSWERED_WITHIN_MS, () => new QueueUnreachable());
    } catch (cause) {
      throw cause instanceof QueueUnreachable ? cause : new QueueUnreachable({ cause });
    }
  };

  return {
    ask,
    queue(name) {
      const queue = queues.get(name) ?? openQueue(name, server, onTrouble);
      queues.set(name, queue);
      return queue;
    },
    worker: (name, process, options) =>
      new QueueWorker(name, process, { ...server.options, ...options }, server.backend),
    ping: async () => void (await ask(() => server.ping())),
    time: () => ask(() => server.time()),
    async [Symbol.asyncDispose]() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await server.close();
    },
  };
}

function openServer(queueUrl: string, options: ServerOptions): QueueServer {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(queueUrl)?.[0].toLowerCase() ?? '';
  switch (scheme) {
    case 'redis:':
    case 'rediss:':
      return openRedis(queueUrl, options);
    case 'postgres:':
    case 'postgresql:':
      return openPostgres(queueUrl, options);
    default:
      throw new QueueUrlUnsupported(scheme);
  }
}

function openQueue(name: QueueName, server: QueueServer, onTrouble: ServerOptions['onTrouble']): Queue {
  const queue: unknown = new Queue(name, server.options, server.backend);
  // BullMQ's types tell the queues of its two backends apart, and Bull Board knows only one of them.
  if (!(queue instanceof Queue)) throw new TypeError('BullMQ made no queue.');
  queue.on('error', onTrouble);
  return queue;
}

/** BullMQ asks again at once when taking a job failed; a server in trouble needs a pause between the questions. */
export class QueueWorker extends Worker<unknown, void, string, IQueueBackend> {
  protected override async moveToActive(token: string, name?: string) {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await pause(PAUSE_AFTER_TROUBLE_MS);
      throw error;
    }
  }
}
