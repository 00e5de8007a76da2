import { chmod, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { folderIn } from '@usher/embedded/folder';
import { readLock } from '@usher/embedded/running-server';
import { startPostgres, type EmbeddedPostgres } from '@usher/embedded/start-postgres';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { emptyFolder, usedFolder } from './data-folder.ts';

function connect(url: string): postgres.Sql {
  const sql = postgres(url, { max: 1 });
  onTestFinished(() => sql.end());
  return sql;
}

async function start(options: Parameters<typeof startPostgres>[0]): Promise<EmbeddedPostgres> {
  const server = await startPostgres(options);
  onTestFinished(() => server.stop('immediate'));
  return server;
}

it('starts on an empty folder: durable, UTF-8, on loopback only, with a password', async () => {
  const directory = await emptyFolder();
  const said: string[] = [];
  const server = await start({
    directory,
    logger: { info: (line) => said.push(line), warn: (line) => said.push(line) },
  });

  const sql = connect(server.url);
  const [settings] = await sql`
    select current_database() as database, current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages,
      current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
      'ä' < 'z' as follows_locale, lower('Ä') as lower`;
  expect(settings).toEqual({
    database: 'usher',
    encoding: 'UTF8',
    fsync: 'on',
    commit: 'on',
    pages: 'on',
    addresses: '127.0.0.1',
    sockets: '',
    follows_locale: false,
    lower: 'ä',
  });
  expect(server.reused).toBe(false);
  expect(said).toEqual([expect.stringContaining(`started on 127.0.0.1:${server.port}`)]);
  expect((await stat(join(directory, 'postgres', 'password'))).mode & 0o777).toBe(0o600);

  const guess = new URL(server.url);
  guess.password = 'guess';
  await expect(connect(guess.href)`select 1`).rejects.toThrow(/password authentication failed/);
});

it('keeps data and address between starts, and moves when another program has taken the port', async () => {
  const directory = await usedFolder();
  const first = await start({ directory, durable: false });
  await connect(first.url)`create table kept as select 7 as n`;
  await first.stop();
  await first.stop();

  const second = await start({ directory, durable: false });
  expect(second.url).toBe(first.url);
  expect(await connect(second.url)`select n from kept`).toEqual([{ n: 7 }]);
  await second.stop();

  const intruder = createServer().listen(first.port, '127.0.0.1');
  await once(intruder, 'listening');
  onTestFinished(async () => {
    await intruder[Symbol.asyncDispose]();
  });
  const third = await start({ directory, durable: false });
  expect(third.port).not.toBe(first.port);
  expect(await connect(third.url)`select n from kept`).toEqual([{ n: 7 }]);
  await third.stop();

  await expect(startPostgres({ directory, port: first.port })).rejects.toMatchObject({
    code: 'postgres_port_taken',
    retry: 'never',
    message: `Port ${first.port} is taken by another program. Stop that program, or give Postgres another port.`,
  });
});

it('shares one server between two that start it at once, and leaves stopping it to the one who started it', async () => {
  const directory = await emptyFolder();
  const both = await Promise.all([start({ directory, durable: false }), start({ directory, durable: false })]);
  const [starter, guest] = both.toSorted((one, other) => Number(one.reused) - Number(other.reused));

  expect([starter?.reused, guest?.reused]).toEqual([false, true]);
  expect(guest?.url).toBe(starter?.url);
  await guest?.stop();
  expect(await connect(starter?.url ?? '')`select 1 as answer`).toEqual([{ answer: 1 }]);

  await starter?.stop();
  const next = await start({ directory, durable: false });
  expect(next.url).toBe(starter?.url);
});

it('takes back a data folder that others may read, as restored and mounted folders often are', async () => {
  const directory = await usedFolder();
  const { data } = folderIn(directory);
  await chmod(data, 0o777);
  const server = await start({ directory, durable: false });
  expect((await stat(data)).mode & 0o777).toBe(0o700);
  expect(await connect(server.url)`select 1 as answer`).toEqual([{ answer: 1 }]);
});

it('warns when the server ends by itself', async () => {
  const directory = await usedFolder();
  const { promise, resolve } = Promise.withResolvers<string>();
  await start({ directory, durable: false, logger: { info: () => {}, warn: resolve } });
  const lock = await readLock(join(directory, 'postgres', 'data'));
  process.kill(lock?.pid ?? 0, 'SIGQUIT');
  expect(await promise).toBe(`Postgres ended by itself; its log is ${join(directory, 'postgres', 'postgres.log')}`);
});
