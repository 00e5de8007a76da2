import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findBinaries, ownPlatform, type Binaries } from './binaries.ts';
import { ensureDatabase } from './database.ts';
import { FolderNotOurs, OtherMajorVersion, PortTaken, PostgresRefused } from './failures.ts';
import { folderIn, majorVersionOf, type Folder } from './folder.ts';
import { initialise } from './initialise.ts';
import { keepPort, keptOrFreePort } from './port.ts';
import { whyNotStarted } from './refusal.ts';
import { findRunningServer, untilGone } from './running-server.ts';
import { startServer, type ServerProcess, type StopMode } from './server-process.ts';
import { settingsFor } from './settings.ts';

/** What Postgres is started with. */
export type PostgresOptions = {
  /** The folder of the project's data; Postgres keeps its own below `postgres/` in it. */
  directory: string;
  /** The loopback port; by default a free one that stays the same from start to start while no other program takes it. */
  port?: number;
  /** False for data that may be lost in a power cut, as in tests. */
  durable?: boolean;
  logger?: Logger;
  /** The platform whose programs are used, by default this machine's. */
  platform?: string;
};

/** Where it is said that Postgres started, and that it ended by itself. */
export type Logger = { info(message: string): void; warn(message: string): void };

/** A Postgres that takes connections. */
export type EmbeddedPostgres = {
  /** Address, with user and password, of the database `usher`. */
  url: string;
  port: number;
  /** True when the server was running already: then whoever started it stops it, and `stop` here does nothing. */
  reused: boolean;
  /** Resolves when the server has ended, however that came; where another process started it, within half a second. */
  ended(): Promise<void>;
  /** Stops the server and waits until it has ended; does nothing when it has ended. */
  stop(mode?: StopMode): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Starts a real Postgres on the project's own folder, makes its data on first use, or joins the server that runs there already; resolves when
 * the database `usher` takes connections on the loopback address. Call it from the main thread. Throws the classes of failures.ts.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries(options.platform ?? ownPlatform);
  const folder = folderIn(resolve(options.directory));
  try {
    await prepare(folder, binaries, options);
    return await joinOrStart(folder, binaries, options);
  } catch (error) {
    throw isForbidden(error) ? new FolderNotOurs(folder.path, error) : error;
  }
}

async function prepare(folder: Folder, binaries: Binaries, { durable = true }: PostgresOptions): Promise<void> {
  const found = await majorVersionOf(folder);
  const brought = binaries.version.replace(/\..*/, '');
  if (found === undefined) await initialise(folder, binaries, { durable });
  else if (found !== brought) throw new OtherMajorVersion(folder.path, found, brought);
}

/** A server whose starter was killed may need some seconds to go: it is stopped and waited for, at most ten seconds. */
async function joinOrStart(folder: Folder, binaries: Binaries, options: PostgresOptions): Promise<EmbeddedPostgres> {
  let found: EmbeddedPostgres | undefined;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const running = await findRunningServer(folder.data);
    if (running.state === 'orphan') process.kill(running.pid, 'SIGINT');
    if (running.state === 'ready') found = await join(folder, running.port, options);
    if (running.state === 'none') found = await start(folder, binaries, options);
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new PostgresRefused('another server holds its folder and neither serves nor ends', {
    logPath: folder.log,
    lastLines: await readFile(`${folder.data}/postmaster.pid`, 'utf8').catch(() => ''),
  });
}

/** Joins a server that serves; undefined when it has just stopped doing so. */
async function join(folder: Folder, port: number, { logger }: PostgresOptions): Promise<EmbeddedPostgres | undefined> {
  const url = await addressOf(folder, port);
  try {
    await ensureDatabase(url);
  } catch (error) {
    if ((await findRunningServer(folder.data)).state === 'ready') throw error;
    return undefined;
  }
  logger?.info(`Postgres runs already on 127.0.0.1:${port}, data in ${folder.data}`);
  const stop = async () => {};
  const ended = () => untilGone(folder.data);
  return { url, port, reused: true, ended, stop, [Symbol.asyncDispose]: stop };
}

/** Starts a server; undefined when it is worth looking and trying again: another one was quicker, or took the port, or has not quite ended. */
async function start(
  folder: Folder,
  binaries: Binaries,
  { port: givenPort, durable = true, logger }: PostgresOptions,
): Promise<EmbeddedPostgres | undefined> {
  const port = givenPort ?? (await keptOrFreePort(folder.port));
  const outcome = await startServer(folder, binaries, settingsFor({ port, durable }));
  if (!outcome.started) {
    const failure = await whyNotStarted(outcome.lastLines, { folder, port });
    if (failure === 'try again' || (failure instanceof PortTaken && givenPort === undefined)) return undefined;
    throw failure;
  }
  const onUnexpectedEnd = () => logger?.warn(`Postgres ended by itself; its log is ${folder.log}`);
  const server = owned(outcome.server, { url: await addressOf(folder, port), port, onUnexpectedEnd });
  try {
    await ensureDatabase(server.url);
    if (givenPort === undefined) await keepPort(folder.port, port);
  } catch (error) {
    await server.stop();
    throw error;
  }
  logger?.info(`Postgres ${binaries.version} started on 127.0.0.1:${port}, data in ${folder.data}`);
  return server;
}

function owned(
  server: ServerProcess,
  { url, port, onUnexpectedEnd }: { url: string; port: number; onUnexpectedEnd: () => void },
): EmbeddedPostgres {
  let isWanted = true;
  const watch = async () => {
    await server.ended;
    if (isWanted) onUnexpectedEnd();
  };
  void watch();
  const stop = async (mode: StopMode = 'fast') => {
    isWanted = false;
    await server.stop(mode);
  };
  return { url, port, reused: false, ended: () => server.ended, stop, [Symbol.asyncDispose]: () => stop() };
}

async function addressOf(folder: Folder, port: number): Promise<string> {
  return `postgres://usher:${await readFile(folder.password, 'utf8')}@127.0.0.1:${port}/usher`;
}

function isForbidden(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
}
