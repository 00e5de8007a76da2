import { once } from 'node:events';
import { join } from 'node:path';
import { findRunningServer } from '@usher/embedded/running-server';
import { startPostgres } from '@usher/embedded/start-postgres';
import { runs } from '@usher/embedded/tie-to-parent';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { usedFolder } from './data-folder.ts';
import { startElsewhere } from './starter.ts';

const kernelTells = runs('setpriv', ['--pdeathsig', 'INT', 'true']);

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

it.runIf(kernelTells)('ends by itself when its starter is killed', async () => {
  const directory = await usedFolder();
  const killed = await startElsewhere(directory);
  const data = join(directory, 'postgres', 'data');
  expect((await findRunningServer(data)).state).toBe('ready');
  killed.process.kill('SIGKILL');
  await expect.poll(() => findRunningServer(data), { timeout: 10_000 }).toEqual({ state: 'none' });
});
