import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderIn } from '@usher/embedded/folder';
import { findRunningServer } from '@usher/embedded/running-server';
import { startPostgres } from '@usher/embedded/start-postgres';
import { runs } from '@usher/embedded/tie-to-parent';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { emptyFolder, usedFolder } from './data-folder.ts';
import { startElsewhere } from './starter.ts';

const kernelTies = runs('setpriv', ['--pdeathsig', 'INT', 'true']);
/** Root needs one of setpriv and user namespaces to become nobody. */
const runsUntied =
  process.getuid?.() !== 0 || runs('unshare', ['--user', '--map-user=65534', '--map-group=65534', 'true']);

it('starts again at once after its starter was killed, and has every commit', async () => {
  const directory = await usedFolder();
  const killed = await startElsewhere(directory);
  const before = postgres(killed.url, { max: 1 });
  await before`create table kept as select 7 as n`;
  await before.end();
  killed.process.kill('SIGKILL');
  await once(killed.process, 'exit');

  const server = await startPostgres({ directory, durable: false });
  onTestFinished(() => server.stop());
  const after = postgres(server.url, { max: 1 });
  expect(server.reused).toBe(false);
  expect(await after`select n from kept`).toEqual([{ n: 7 }]);
  await after.end();
});

it.runIf(kernelTies)('ends by itself when its starter is killed', async () => {
  const directory = await usedFolder();
  const killed = await startElsewhere(directory);
  const { data } = folderIn(directory);
  expect((await findRunningServer(data)).state).toBe('ready');
  killed.process.kill('SIGKILL');
  await expect.poll(() => findRunningServer(data), { timeout: 10_000 }).toEqual({ state: 'none' });
});

it.runIf(runsUntied)(
  'stops a server that outlived its starter, as one does where the kernel ties nothing, and starts anew',
  async () => {
    const directory = await usedFolder();
    const killed = await startElsewhere(directory, ['env', `PATH=${await folderWith(['unshare', 'true'])}`]);
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');
    const { data } = folderIn(directory);
    expect((await findRunningServer(data)).state).toBe('orphan');

    const server = await startPostgres({ directory, durable: false });
    onTestFinished(() => server.stop());
    expect(server.reused).toBe(false);
    expect((await findRunningServer(data)).state).toBe('ready');
  },
);

it.runIf(process.platform === 'linux')(
  'starts though a crash left a lock whose pid is another program by now',
  async () => {
    const directory = await usedFolder();
    const { data } = folderIn(directory);
    await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n0\n1\n\n127.0.0.1\n\nready\n`);
    const server = await startPostgres({ directory, durable: false });
    onTestFinished(() => server.stop());
    expect(server.reused).toBe(false);
  },
);

/** A folder with these programs alone, to stand in for the PATH of a system that has no others. */
async function folderWith(programs: string[]): Promise<string> {
  const folder = await emptyFolder();
  const everything = (process.env['PATH'] ?? '').split(':');
  for (const program of programs) {
    const path = everything.map((place) => join(place, program)).find(existsSync);
    if (path !== undefined) await symlink(path, join(folder, program));
  }
  return folder;
}
