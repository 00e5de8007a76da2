import type { BackendFactory, QueueOptions } from 'bullmq';

/** Producers fail fast, so that a request never hangs on the queue; consumers wait and reconnect for ever. */
export type QueueRole = 'producer' | 'consumer';

export interface ServerOptions {
  role: QueueRole;
  /** What Redis keys start with; Postgres keeps its tables in the schema `bullmq` instead. */
  prefix: string;
  onTrouble: (error: Error) => void;
  /** Told the `maxmemory-policy` of a Redis that may throw waiting jobs away. */
  onMayEvict: (policy: string) => void;
}

/** A server's clock, in milliseconds since 1970, and how finely it is told. */
export interface ServerTime {
  time: number;
  resolutionMs: number;
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
  /** The server's clock. */
  time(): Promise<ServerTime>;
  /** Ends all connections, also those of workers that could not end theirs. */
  close(): Promise<void>;
}
