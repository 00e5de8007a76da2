import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { keepRunning } from './keep-running.ts';

/** A process of the service that is started again when it ends by itself. */
export interface Supervised {
  /** Asks it to end, and ends it by force when it has not within the grace; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

export interface SupervisedProcess {
  name: string;
  /** Path of its main file. */
  main: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Called when it ended by itself, before it is started again. */
  onEnd: (how: string) => void;
}

const STDIO: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc'];

/** Runs a process of the service until it is stopped, starting it again with growing pauses when it ends by itself. */
export function supervise({ name, main, environment, onEnd }: SupervisedProcess): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  const running = keepRunning(stopping.signal, async () => {
    // Detached from the terminal's Ctrl+C: the supervisor alone decides the order of stopping. The channel tells the
    // process when the supervisor itself was killed.
    child = spawn(process.execPath, [main], { env: { ...environment }, stdio: STDIO, detached: true });
    const how = await ended(child);
    if (!stopping.signal.aborted) onEnd(`${name} ended ${how}; it is started again`);
  });
  return {
    stop: async (graceMs) => {
      stopping.abort();
      child?.kill('SIGTERM');
      const late = new AbortController();
      const force = pause(graceMs, undefined, { signal: late.signal }).then(
        () => child?.kill('SIGKILL'),
        () => undefined,
      );
      await running;
      late.abort();
      await force;
    },
  };
}

async function ended(child: ChildProcess): Promise<string> {
  try {
    const [code, signal]: unknown[] = await once(child, 'exit');
    return typeof signal === 'string' ? `by ${signal}` : `with code ${String(code)}`;
  } catch (thrown) {
    return `before it began (${thrown instanceof Error ? thrown.message : String(thrown)})`;
  }
}
