import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { startPostgres, type EmbeddedPostgres } from '@usher/embedded/start-postgres';
import postgres from 'postgres';
import { inject } from 'vitest';
import { makePostgresFolder } from './postgres-folder.ts';

/** A database of one test file's own on the shared server. */
export type TestDatabase = { url: string; drop(): Promise<void>; [Symbol.asyncDispose](): Promise<void> };

/** Makes a database with all migrations applied; some ten milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createFrom(inject('postgres').template);
}

/** Makes a database without any tables. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createFrom('template0');
}

async function createFrom(template: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = inject('postgres').url;
  await tell(server, `create database ${name} template ${template} strategy file_copy`);
  const address = new URL(server);
  address.pathname = `/${name}`;
  const drop = () => tell(server, `drop database if exists ${name} with (force)`);
  return { url: address.href, drop, [Symbol.asyncDispose]: drop };
}

/** A Postgres server of a test's own, for tests that stop and start it. Its data stays until it is disposed of. */
export type PrivatePostgres = {
  /** Address of the empty database `usher`; the same from start to start. */
  url: string;
  start(): Promise<void>;
  /** Ends it well. */
  stop(): Promise<void>;
  /** Ends it as a crash does; the next start recovers what was committed. */
  crash(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts a Postgres server of a test's own, without migrations; about a second. */
export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const directory = await makePostgresFolder();
  let running: EmbeddedPostgres | undefined = await startPostgres({ directory, durable: false });
  const { url, port } = running;
  const end = async (how: 'fast' | 'immediate') => {
    await running?.stop(how);
    running = undefined;
  };
  return {
    url,
    async start() {
      running ??= await startPostgres({ directory, port, durable: false });
    },
    stop: () => end('fast'),
    crash: () => end('immediate'),
    async [Symbol.asyncDispose]() {
      await end('immediate');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function tell(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
