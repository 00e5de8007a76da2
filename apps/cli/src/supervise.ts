import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

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

/** Milliseconds before a process that ended is started again; doubled each time it ends soon, up to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
const SOON_MS = 60_000;

const STDIO: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc'];

/** Runs a process of the service until it is stopped, starting it again with growing pauses when it ends by itself. */
export function supervise({ name, main, environment, onEnd }: SupervisedProcess): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  async function keepRunning(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      // Detached from the terminal's Ctrl+C: the supervisor alone decides the order of stopping. The channel tells the
      // process when the supervisor itself was killed.
      child = spawn(process.execPath, [main], { env: { ...environment }, stdio: STDIO, detached: true });
      const how = await ended(child);
      if (stopping.signal.aborted) return;
      onEnd(`${name} ended ${how}; it is started again`);
      pauseMs = Date.now() - startedAt > SOON_MS ? FIRST_PAUSE_MS : pauseMs;
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
    }
  }

  const running = keepRunning();
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
