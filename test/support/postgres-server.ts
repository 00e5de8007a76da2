import { rm } from 'node:fs/promises';
import { migrate } from '@usher/db/migrate';
import { startPostgres } from '@usher/embedded/start-postgres';
import postgres from 'postgres';
import { makePostgresFolder } from './postgres-folder.ts';

/** A Postgres server that all test files share, and how to end it. */
export type SharedPostgres = { url: string; end(): Promise<void> };

const image = 'postgres:18-alpine';

/** Starts the shared server: an embedded one, or with `USHER_TEST_WITH=testcontainers` a container. */
export async function serveSharedPostgres(): Promise<SharedPostgres> {
  return process.env['USHER_TEST_WITH'] === 'testcontainers' ? serveContainer() : serveEmbedded();
}

/** Makes a database with all migrations applied, to clone for each test file, and tells its name. */
export async function makeTemplate(serverUrl: string): Promise<string> {
  const name = 'usher_template';
  const address = new URL(serverUrl);
  address.pathname = `/${name}`;
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`create database ${sql(name)}`;
    await migrate(address.href);
    // Nobody can connect any more: a connection to a template keeps others from cloning it.
    await sql`alter database ${sql(name)} with allow_connections false`;
  } finally {
    await sql.end();
  }
  return name;
}

async function serveEmbedded(): Promise<SharedPostgres> {
  const directory = await makePostgresFolder();
  const server = await startPostgres({ directory, durable: false });
  return {
    url: server.url,
    async end() {
      await server.stop('immediate');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function serveContainer(): Promise<SharedPostgres> {
  // Loading it takes longer than starting the embedded servers.
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_USER: 'usher', POSTGRES_PASSWORD: 'usher', POSTGRES_DB: 'usher' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'])
    .withExposedPorts(5432)
    // The image starts the server twice: once to make the database, once to stay.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  return {
    url: `postgres://usher:usher@${container.getHost()}:${container.getMappedPort(5432)}/usher`,
    async end() {
      await container.stop();
    },
  };
}
