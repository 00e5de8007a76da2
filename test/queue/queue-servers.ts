import postgres from 'postgres';
import { afterAll, beforeAll } from 'vitest';
import { createEmptyDatabase, startPrivatePostgres } from '../support/postgres.ts';
import { createRedisSpace, startRedis } from '../support/redis.ts';

/** The servers that Usher can queue on; every promise of the queue is tested on each. */
export const serverKinds = ['Redis', 'Postgres'] as const;
export type ServerKind = (typeof serverKinds)[number];

/** A part of the shared server that nobody else uses. */
export interface QueueSpace extends AsyncDisposable {
  url: string;
  /** Forgets all jobs, as a flush of Redis does. */
  flush(): Promise<void>;
}

/** Gives the tests of one `describe` a queue on the shared server; one for all, because Postgres takes a second to make it. */
export function useQueueSpace(kind: ServerKind): () => QueueSpace {
  let space: QueueSpace | undefined;
  beforeAll(async () => {
    space = await createQueueSpace(kind);
  });
  afterAll(() => space?.[Symbol.asyncDispose]());
  return () => {
    if (space === undefined) throw new Error('The queue is there for tests only.');
    return space;
  };
}

/** Makes an empty queue on the shared server. */
export async function createQueueSpace(kind: ServerKind): Promise<QueueSpace> {
  if (kind === 'Redis') return createRedisSpace();
  const database = await createEmptyDatabase();
  return { url: database.url, flush: () => truncate(database.url), [Symbol.asyncDispose]: () => database.drop() };
}

/** A server of the test's own, which goes away and comes back at the same address. */
export interface QueueServer extends AsyncDisposable {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server for one test alone. */
export async function startQueueServer(kind: ServerKind): Promise<QueueServer> {
  return kind === 'Redis' ? startRedis() : startPrivatePostgres();
}

async function truncate(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const tables = await sql<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'bullmq' and tablename <> 'migration'`;
    if (tables.length > 0) await sql`truncate ${sql(tables.map(({ name }) => `bullmq.${name}`))}`;
  } finally {
    await sql.end();
  }
}
