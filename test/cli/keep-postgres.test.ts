import { rm } from 'node:fs/promises';
import { keepPostgres } from '@usher/cli/keep-postgres';
import { startPostgres } from '@usher/embedded/start-postgres';
import postgres from 'postgres';
import { expect, test, vi } from 'vitest';
import { makePostgresFolder } from '../support/postgres-folder.ts';

test('a Postgres that another command started and takes away is there again at the same address', async () => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.adopt(await makePostgresFolder(), (path) => rm(path, { recursive: true, force: true }));
  const command = opened.use(await startPostgres({ directory }));
  const said: string[] = [];
  const kept = opened.use(await keepPostgres(directory, (text) => said.push(text)));
  expect(kept.url).toBe(command.url);

  await command.stop();
  const sql = opened.adopt(postgres(kept.url, { max: 1 }), (own) => own.end());
  expect(await vi.waitFor(() => sql`select 1 as answer`, { timeout: 60_000, interval: 250 })).toEqual([{ answer: 1 }]);
  expect(said).toEqual(['Postgres has ended; it is started again']);

  await sql.end();
  await kept[Symbol.asyncDispose]();
  await expect(postgres(kept.url, { max: 1, connect_timeout: 1 })`select 1`).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
}, 120_000);
