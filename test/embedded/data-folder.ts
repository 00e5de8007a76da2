import { rm } from 'node:fs/promises';
import { startPostgres } from '@usher/embedded/start-postgres';
import { afterAll, onTestFinished } from 'vitest';
import { makePostgresFolder } from '../support/postgres-folder.ts';

/** An empty folder for Postgres that goes with the test. */
export async function emptyFolder(): Promise<string> {
  const directory = await makePostgresFolder();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

let used: Promise<string> | undefined;

/** A folder in which Postgres was started and stopped before; the tests of a file share it, since making data takes a second. */
export async function usedFolder(): Promise<string> {
  used ??= makeUsedFolder();
  return used;
}

afterAll(async () => {
  if (used !== undefined) await rm(await used, { recursive: true, force: true });
});

async function makeUsedFolder(): Promise<string> {
  const directory = await makePostgresFolder();
  const server = await startPostgres({ directory, durable: false });
  await server.stop();
  return directory;
}
