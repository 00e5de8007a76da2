import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchFolder } from './scratch-folder.ts';

/** Where Postgres keeps things: its data, the password of the user `usher` (for the owner's eyes only), the port and the log. */
export type Folder = { path: string; data: string; password: string; port: string; log: string; previousLog: string };

/** The paths below `<directory>/postgres`. */
export function folderIn(directory: string): Folder {
  return layOut(join(directory, 'postgres'));
}

/** The major version that wrote the data ("18"), or undefined where there is no data yet. */
export async function majorVersionOf(folder: Folder): Promise<string | undefined> {
  try {
    return (await readFile(join(folder.data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Makes the folder in one piece: it is filled aside with a new password and what `fill` puts into it, then renamed into place. Of two that
 * try at once, one wins and the other uses the winner's.
 */
export async function makeFolder(folder: Folder, fill: (aside: Folder) => Promise<void>): Promise<void> {
  const aside = layOut(await makeScratchFolder(`${folder.path}.new-`));
  try {
    await writeFile(aside.password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    await fill(aside);
    await rename(aside.path, folder.path);
  } catch (error) {
    await rm(aside.path, { recursive: true, force: true });
    if ((await majorVersionOf(folder)) === undefined) throw error;
  }
}

/** Sets the last run's log aside, so that the log holds one run and two are kept. */
export async function turnLog(folder: Folder): Promise<void> {
  await rename(folder.log, folder.previousLog).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

/** Bytes that are free on the disk that holds a folder. */
export async function freeBytesIn(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

function layOut(path: string): Folder {
  return {
    path,
    data: join(path, 'data'),
    password: join(path, 'password'),
    port: join(path, 'port'),
    log: join(path, 'postgres.log'),
    previousLog: join(path, 'postgres.previous.log'),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
