import { execFile } from 'node:child_process';
import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinaries, ownPlatform } from '@usher/embedded/binaries';
import { folderIn } from '@usher/embedded/folder';
import { initialise } from '@usher/embedded/initialise';
import { startPostgres } from '@usher/embedded/start-postgres';
import { runs } from '@usher/embedded/tie-to-parent';
import { expect, it } from 'vitest';
import { emptyFolder, usedFolder } from './data-folder.ts';
import { Said, starter } from './starter.ts';

it('names the platform that has no Postgres, and what to do', async () => {
  const directory = await emptyFolder();
  await expect(startPostgres({ directory, platform: 'sunos-sparc' })).rejects.toMatchObject({
    code: 'postgres_platform_unsupported',
    retry: 'never',
    message: expect.stringMatching(/runs on sunos-sparc .*Set DATABASE_URL/),
  });
});

it('shows the last lines of the log, and where it is, when Postgres refuses to start', async () => {
  const directory = await usedFolder();
  const { data, log } = folderIn(directory);
  await appendFile(join(data, 'postgresql.conf'), "work_mem = 'a lot'\n");
  const refused = startPostgres({ directory });
  await expect(refused).rejects.toMatchObject({ code: 'postgres_refused', retry: 'never' });
  await expect(refused).rejects.toThrow(/invalid value for parameter "work_mem": "a lot"/);
  await expect(refused).rejects.toThrow(`The whole log is ${log}`);
});

it('refuses data of another major version and leaves it alone', async () => {
  const directory = await emptyFolder();
  const { data, path } = folderIn(directory);
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'PG_VERSION'), '14\n');
  const refused = startPostgres({ directory });
  await expect(refused).rejects.toMatchObject({ code: 'postgres_other_major_version', retry: 'never' });
  await expect(refused).rejects.toThrow(
    `The data in ${path} was written by PostgreSQL 14, and this Usher brings PostgreSQL 18.`,
  );
  expect(await readdir(data)).toEqual(['PG_VERSION']);
});

it('makes no data where there is too little room for it, and leaves nothing behind', async () => {
  const directory = await emptyFolder();
  const room = { durable: false, neededBytes: Number.MAX_SAFE_INTEGER };
  const refused = initialise(folderIn(directory), await findBinaries(ownPlatform), room);
  await expect(refused).rejects.toMatchObject({ code: 'postgres_disk_full', retry: 'never' });
  await expect(refused).rejects.toThrow(/no room in .*: \d+ MB are free/);
  expect(await readdir(directory)).toEqual([]);
});

const asOwnRoot = ['--user', '--map-root-user', '--mount'];
const mayMount = runs('unshare', [...asOwnRoot, 'mount', '-t', 'tmpfs', 'none', '/mnt']);

/** What is said on a small disk of one's own; the script has the folder on it as $0 and the command that starts Postgres there as $@. */
async function saidOnDisk(megabytes: number, script: string): Promise<Said[]> {
  const directory = await emptyFolder();
  const shell = `mount -t tmpfs -o size=${megabytes}m none "$0" && ${script}`;
  const { stdout } = await promisify(execFile)('unshare', [
    ...asOwnRoot,
    'sh',
    '-c',
    shell,
    directory,
    ...starter,
    directory,
  ]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => Said.parse(JSON.parse(line)));
}

it.runIf(mayMount)('says that a small disk is too small (where this user may mount one)', async () => {
  expect(await saidOnDisk(64, '"$@" </dev/null')).toMatchObject([{ failure: 'postgres_disk_full' }]);
});

it.runIf(mayMount)(
  'says that the disk is full when it filled up since the last start (where this user may mount one)',
  async () => {
    const said = await saidOnDisk(
      300,
      '"$@" </dev/null; dd if=/dev/zero of="$0/filler" bs=1M status=none 2>&-; "$@" </dev/null',
    );
    expect(said).toMatchObject([{ url: expect.stringContaining('postgres://') }, { failure: 'postgres_disk_full' }]);
  },
);
