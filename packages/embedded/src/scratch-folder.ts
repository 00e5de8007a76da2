import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './process-alive.ts';

/**
 * Makes a new folder `<prefix><pid>-<random>`, for its owner's eyes only, and removes those that killed processes left behind under the
 * same prefix.
 */
export async function makeScratchFolder(prefix: string): Promise<string> {
  const parent = dirname(prefix);
  await mkdir(parent, { recursive: true });
  const start = basename(prefix);
  const leftovers = (await readdir(parent)).filter(
    (name) => name.startsWith(start) && isLeftover(name.slice(start.length)),
  );
  // Some may be another user's to remove.
  await Promise.allSettled(leftovers.map((name) => rm(join(parent, name), { recursive: true, force: true })));
  return mkdtemp(`${prefix}${process.pid}-`);
}

function isLeftover(rest: string): boolean {
  const pid = /^(\d+)-/.exec(rest)?.[1];
  return pid !== undefined && !isAlive(Number(pid));
}
