import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeScratchFolder } from '@usher/embedded/scratch-folder';
import { tieToParent } from '@usher/embedded/tie-to-parent';

const run = promisify(execFile);

/**
 * Unpacks Debian's redis-server, and the libraries that this machine lacks for it, into a folder: no root, no change to the system, some
 * seconds. Throws what apt said when it cannot.
 */
export async function unpackRedis(folder: string): Promise<void> {
  const aside = await makeScratchFolder(`${folder}.new-`);
  const lists = join(aside, 'state');
  const cache = join(aside, 'cache');
  try {
    await mkdir(join(lists, 'lists', 'partial'), { recursive: true });
    await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
    const ownPlace = ['-o', `Dir::State=${lists}`, '-o', `Dir::Cache=${cache}`];
    await apt([...ownPlace, 'update']);
    await apt([...ownPlace, 'install', '--yes', '--download-only', '--no-install-recommends', 'redis-server']);
    const packages = (await readdir(join(cache, 'archives'))).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await run('dpkg-deb', ['-x', join(cache, 'archives', name), join(aside, 'unpacked')]);
    await rm(folder, { recursive: true, force: true });
    await rename(join(aside, 'unpacked'), folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

const quietly = [
  '-qq',
  ...['Debug::NoLocking=1', 'APT::Sandbox::User=', 'Dir::State::status=/var/lib/dpkg/status'].flatMap(option),
  ...['Acquire::Languages=none', 'Acquire::Retries=2', 'Acquire::http::Timeout=20'].flatMap(option),
];

function option(setting: string): string[] {
  return ['-o', setting];
}

/** apt hangs now and then: every call has a time limit and a second try. */
async function apt(args: string[]): Promise<void> {
  const command = tieToParent({ file: 'apt-get', args: [...quietly, ...args] }, 'KILL');
  const once = () => run(command.file, command.args, { timeout: 40_000, killSignal: 'SIGKILL' });
  await once().catch(once);
}
