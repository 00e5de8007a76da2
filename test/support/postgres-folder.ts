import { statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeScratchFolder } from '@usher/embedded/scratch-folder';

const memory = '/dev/shm';
const disk = resolve(import.meta.dirname, '../../.cache');
const plenty = 2_000_000_000;

/**
 * Makes an empty folder for a Postgres of the tests: in memory where there is plenty of it, which halves the time that new databases take,
 * otherwise in the checkout's cache folder. What killed runs left behind is removed.
 */
export async function makePostgresFolder(): Promise<string> {
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  return makeScratchFolder(join(bavail * bsize > plenty ? memory : disk, 'usher-test-'));
}
