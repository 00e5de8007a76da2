import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chooseAccount, handOver, underAccount } from './account.ts';
import type { Binaries } from './binaries.ts';
import { DiskFull, PostgresRefused } from './failures.ts';
import { freeBytesIn, makeFolder, type Folder } from './folder.ts';
import { tieToParent } from './tie-to-parent.ts';

const megabyte = 1_000_000;

/** What a new data folder and its first write-ahead log need, with room to work in. */
const roomForData = 200 * megabyte;

/**
 * Makes a new data folder: UTF-8, sorted by code point on every system, a superuser `usher` with a random password. Throws DiskFull when
 * fewer than the needed bytes are free, or PostgresRefused, and leaves nothing behind then.
 */
export async function initialise(
  folder: Folder,
  { initdb }: Binaries,
  { durable, neededBytes = roomForData }: { durable: boolean; neededBytes?: number },
): Promise<void> {
  await makeFolder(folder, async (aside) => {
    const freeBytes = await freeBytesIn(aside.path);
    if (freeBytes < neededBytes) throw new DiskFull(folder.path, freeBytes);
    const account = await chooseAccount(aside.path);
    await handOver(aside.path, account);
    const args = [...initialSettings, '-D', aside.data, '--pwfile', aside.password, ...(durable ? [] : ['--no-sync'])];
    const { file, args: allArgs, ...user } = underAccount(account, tieToParent({ file: initdb, args }, 'INT'));
    await promisify(execFile)(file, allArgs, user).catch(async (error: unknown) => {
      if ((await freeBytesIn(aside.path)) < megabyte) throw new DiskFull(folder.path, 0);
      throw new PostgresRefused('initdb failed', { lastLines: whatWasSaid(error) });
    });
  });
}

const initialSettings = [
  '--username=usher',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
];

function whatWasSaid(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'stderr' in error && typeof error.stderr === 'string' && error.stderr !== ''
    ? error.stderr.trim()
    : error.message;
}
