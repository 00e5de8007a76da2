import { connectDatabase, type Database, type Db } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { ping } from '@usher/db/ping';
import { within } from '@usher/queue/within';

/**
 * Postgres as requests ask it. Two pools, so that a report can never take the connections that intake needs; both throw
 * DatabaseUnavailable while Postgres is away, also when it hangs instead of refusing.
 */
export interface RequestDatabase extends AsyncDisposable {
  /** Milliseconds in which `quick` answers. */
  readonly quickMs: number;
  /** For what a request cannot do without: answered, or given up, within 1.5 s. */
  quick<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** For reports and large batches: given up after 20 s, or after 1.5 s when Postgres does not answer at all. */
  slow<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

export interface Deadlines {
  /** Milliseconds that a quick piece of work may take. */
  quickMs: number;
  /** Milliseconds that a slow piece of work may take. */
  slowMs: number;
  /** Milliseconds after which unfinished work means that nobody is at the other end: the pool is then opened anew. */
  deafMs: number;
}

/** With what surrounds it, a quick answer stays within the 2 s in which senders must hear that Postgres is away. */
export const DEADLINES: Deadlines = { quickMs: 1_500, slowMs: 20_000, deafMs: 10_000 };

/** Opens both pools. Nothing is connected until the first request. */
export function openRequestDatabase(url: string, deadlines: Deadlines = DEADLINES): RequestDatabase {
  const { quickMs, slowMs, deafMs } = deadlines;
  const quickly = openPool(url, { name: 'usher-api', connections: 10, deadlineMs: quickMs, deafMs });
  const slowly = openPool(url, {
    name: 'usher-api-reports',
    connections: 4,
    deadlineMs: slowMs,
    deafMs: slowMs + deafMs,
  });
  return {
    quickMs,
    quick: (work) => quickly.ask(work),
    async slow(work) {
      const working = slowly.ask(work);
      const isThere = quickly.ask((db) => ping(db));
      return Promise.race([working, isThere.then(() => working)]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([quickly.close(), slowly.close()]);
    },
  };
}

interface PoolOptions {
  name: string;
  connections: number;
  deadlineMs: number;
  deafMs: number;
}

interface Pool {
  ask<T>(work: (db: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A pool with a deadline on our side, since a server that hangs never reaches its own. */
function openPool(url: string, { name, connections, deadlineMs, deafMs }: PoolOptions): Pool {
  const open = () => connectDatabase(url, { name, connections, statementTimeoutMs: deadlineMs });
  const closing = new Set<Promise<void>>();
  let current = open();

  // The server gives up a statement by itself; work that is unfinished long after that waits on a dead connection.
  const renew = (stale: Database) => {
    if (current !== stale) return;
    current = open();
    const closed = Promise.resolve(stale[Symbol.asyncDispose]()).finally(() => closing.delete(closed));
    closing.add(closed);
  };

  return {
    async ask(work) {
      const asked = current;
      const deaf = setTimeout(() => renew(asked), deafMs);
      const working = work(asked.db).finally(() => clearTimeout(deaf));
      return within(working, deadlineMs, () => new DatabaseUnavailable(new Error(`no answer in ${deadlineMs} ms`)));
    },
    async close() {
      await Promise.all([current[Symbol.asyncDispose](), ...closing]);
    },
  };
}
