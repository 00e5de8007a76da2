import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '@usher/embedded/port';
import { openConnection } from './target.ts';

/** A server in a process of its own. */
export interface Server extends AsyncDisposable {
  port: number;
  pid: number;
}

/** Starts a program that listens on a port, told by that setting, and waits until it does. Throws where it ends instead. */
export async function startServer(
  program: string,
  settings: Record<string, string>,
  portSetting = 'PORT',
): Promise<Server> {
  const port = await findFreePort();
  const env = { ...process.env, ...settings, [portSetting]: String(port) };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended at its start`);
    const connection = await openConnection(port).catch(() => undefined);
    connection?.close();
    if (connection !== undefined) break;
    await pause(50);
  }
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The most memory that a process held so far, in megabytes; null where the system does not tell. */
export async function peakMegabytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return peak === undefined ? null : Number(peak) / 1_024;
}
