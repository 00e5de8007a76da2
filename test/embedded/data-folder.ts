import { cpSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScratchFolder } from '@usher/embedded/scratch-folder';
import { startPostgres } from '@usher/embedded/start-postgres';
import { afterAll, onTestFinished } from 'vitest';

const prefix = join(tmpdir(), 'usher-test-');

/** An empty folder for Postgres that goes with the test. */
export async function emptyFolder(): Promise<string> {
  const directory = await makeScratchFolder(prefix);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A folder in which Postgres was started and stopped once; a copy, since making data takes a second. It goes with the test. */
export async function usedFolder(): Promise<string> {
  original ??= makeOriginal();
  const directory = await emptyFolder();
  // The asynchronous copy takes four times as long.
  cpSync(await original, directory, { recursive: true });
  return directory;
}

let original: Promise<string> | undefined;

afterAll(async () => {
  if (original !== undefined) await rm(await original, { recursive: true, force: true });
});

async function makeOriginal(): Promise<string> {
  const directory = await makeScratchFolder(prefix);
  const server = await startPostgres({ directory, durable: false });
  await server.stop();
  return directory;
}
