import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './process-alive.ts';

const LOOK_EVERY_MS = 500;

/**
 * What runs on a data folder: nothing; a server that is starting, stopping or whose lock cannot be judged; a server that serves; or one that
 * serves although whoever started it is gone.
 */
export type RunningServer =
  | { state: 'none' }
  | { state: 'busy' | 'orphan'; pid: number }
  | { state: 'ready'; port: number };

/** Looks at the lock file of a data folder. A lock left by a server that is gone, whose pid is now another program's, is removed. */
export async function findRunningServer(dataFolder: string): Promise<RunningServer> {
  const lock = await readLock(dataFolder);
  if (lock === undefined) return { state: 'none' };
  switch (await whatRunsAs(lock.pid)) {
    case 'nothing':
      return { state: 'none' };
    case 'another program':
      await rm(join(dataFolder, 'postmaster.pid'), { force: true });
      return { state: 'none' };
    case 'postgres':
      if (lock.status !== 'ready') return { state: 'busy', pid: lock.pid };
      return isAlive(await ownerOf(dataFolder))
        ? { state: 'ready', port: lock.port }
        : { state: 'orphan', pid: lock.pid };
  }
}

/** Resolves when the server on a data folder serves no more; it keeps no process alive for that. */
export async function untilGone(dataFolder: string): Promise<void> {
  while ((await findRunningServer(dataFolder)).state === 'ready') await pause(LOOK_EVERY_MS, undefined, { ref: false });
}

/** The lock file's pid, port and status. Source: PostgreSQL, src/include/utils/pidfile.h (lines 1, 4 and 8). */
export async function readLock(dataFolder: string): Promise<{ pid: number; port: number; status: string } | undefined> {
  const lines = (await readIfThere(join(dataFolder, 'postmaster.pid')))?.split('\n');
  if (lines?.[0] === undefined || lines[0] === '') return undefined;
  return { pid: Number(lines[0]), port: Number(lines[3] ?? 0), status: (lines[7] ?? '').trim() };
}

/** Who started the server: the pid in its command line, as Postgres keeps it. */
async function ownerOf(dataFolder: string): Promise<number> {
  const commandLine = await readIfThere(join(dataFolder, 'postmaster.opts'));
  return Number(/usher\.owner=(\d+)/.exec(commandLine ?? '')?.[1] ?? 0);
}

/**
 * Where the kernel tells a process' name and state, neither a pid that was given away again nor a dead process that nobody has
 * collected passes for Postgres. Source: proc_pid_stat(5).
 */
async function whatRunsAs(pid: number): Promise<'nothing' | 'another program' | 'postgres'> {
  if (!isAlive(pid)) return 'nothing';
  const told = await readIfThere(`/proc/${pid}/stat`);
  return told === undefined || /\(postgres\) [^ZX]/.test(told) ? 'postgres' : 'another program';
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
