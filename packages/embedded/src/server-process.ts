import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { chooseAccount, handOver, underAccount } from './account.ts';
import type { Binaries } from './binaries.ts';
import { turnLog, type Folder } from './folder.ts';
import { readLock } from './running-server.ts';
import { asArguments, type Settings } from './settings.ts';
import { tieToParent } from './tie-to-parent.ts';

/** How to stop: `fast` ends all sessions and closes the data well; `immediate` is a crash, with recovery at the next start. */
export type StopMode = 'fast' | 'immediate';

/** A server that this process started. */
export type ServerProcess = {
  /** Resolves when the server has ended, however that came. */
  ended: Promise<void>;
  stop(mode: StopMode): Promise<void>;
};

/** What came of a start: a server that takes connections, or what it said before it ended. */
export type StartOutcome = { started: true; server: ServerProcess } | { started: false; lastLines: string };

const readyWithinMs = 60_000;
const lookEveryMs = 20;

/**
 * Starts a server on an initialised folder and waits until it takes connections, at most a minute. It ends with this process (cleanly, and
 * on Linux even when this process is killed), and a Ctrl-C in the terminal does not reach it.
 */
export async function startServer(folder: Folder, binaries: Binaries, settings: Settings): Promise<StartOutcome> {
  const account = await chooseAccount(folder.data);
  await handOver(folder.path, account);
  const args = ['-D', folder.data, ...asArguments(settings)];
  const { file, args: allArgs, ...user } = underAccount(account, tieToParent({ file: binaries.postgres, args }, 'INT'));
  // Restored and mounted folders often come with wider permissions, which Postgres refuses.
  await chmod(folder.data, 0o700);
  await turnLog(folder);
  const log = openSync(folder.log, 'a', 0o600);
  const child = spawn(file, allArgs, {
    ...user,
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', () => resolve(''));
    child.once('error', (error) => resolve(error.message));
  });
  if (await becomesReady(child, folder)) return { started: true, server: keep(child, ended, { folder, binaries }) };
  child.kill('SIGQUIT');
  const problem = await ended;
  return { started: false, lastLines: problem === '' ? await lastLinesOf(folder.log) : problem };
}

async function becomesReady(child: ChildProcess, folder: Folder): Promise<boolean> {
  for (let waited = 0; waited < readyWithinMs; waited += lookEveryMs) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
    const lock = await readLock(folder.data);
    if (lock?.pid === child.pid && lock.status === 'ready') return true;
    await pause(lookEveryMs);
  }
  return false;
}

function keep(
  child: ChildProcess,
  ended: Promise<unknown>,
  { folder, binaries }: { folder: Folder; binaries: Binaries },
): ServerProcess {
  child.unref();
  const endWithUs = () => child.kill('SIGINT');
  process.once('exit', endWithUs);
  const release = async () => {
    await ended;
    process.off('exit', endWithUs);
  };
  const released = release();
  return {
    ended: released,
    async stop(mode) {
      if (child.exitCode !== null || child.signalCode !== null) return released;
      child.ref();
      await askToStop(child, mode, { folder, binaries });
      const hurry = setTimeout(() => child.kill('SIGQUIT'), 30_000);
      await released;
      clearTimeout(hurry);
    },
  };
}

/** Windows has no signals, only pg_ctl's own. */
async function askToStop(
  child: ChildProcess,
  mode: StopMode,
  { folder, binaries }: { folder: Folder; binaries: Binaries },
): Promise<void> {
  if (process.platform === 'win32') {
    await promisify(execFile)(binaries.pgControl, ['stop', '-D', folder.data, '-m', mode]).catch(() => child.kill());
  } else {
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  }
}

async function lastLinesOf(path: string): Promise<string> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.slice(-20).join('\n');
}
