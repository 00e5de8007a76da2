import type { BackendFactory, QueueOptions } from 'bullmq';

/** Producers fail fast, so that a request never hangs on the queue; consumers wait and reconnect for ever. */
export type QueueRole = 'producer' | 'consumer';

/** What an operator should hear about the queue's server. */
export type QueueWarning =
  /** Redis may throw away waiting jobs when its memory is full; `maxmemory-policy` should be noeviction. */
  { kind: 'may_evict'; policy: string } | { kind: 'connection_trouble'; error: Error };

export interface ServerOptions {
  role: QueueRole;
  /** What Redis keys start with; Postgres keeps its tables in the schema `bullmq` instead. */
  prefix: string;
  onWarning: (warning: QueueWarning) => void;
}

/** One kind of server that BullMQ can queue on, with everything that differs from the other kind. */
export interface QueueServer {
  /** Handed to every BullMQ queue and worker, together with the backend. */
  readonly options: QueueOptions;
  readonly backend: BackendFactory;
  /** Resolves when commands can be sent; rejects when the server cannot be reached within 1 s. */
  ready(): Promise<void>;
  /** One round trip to the server. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
}
