import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ADMIN_KEY } from './api-under-test.ts';

const MAIN = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));

/** The API as a process of its own, with what it logged and said. */
export interface ApiProcess extends AsyncDisposable {
  child: ChildProcess;
  logged: Record<string, unknown>[];
  /** What it wrote to standard error. */
  complaints(): string;
  /** The line of that event, as soon as it is written; rejects if the process ends before. */
  event(name: string): Promise<Record<string, unknown>>;
  /** The exit code, as soon as the process has ended. */
  exitCode(): Promise<number | null>;
}

/** Starts the API's `main.ts` on a free port with these settings. */
export function startApi(environment: Record<string, string>): ApiProcess {
  const env = { PATH: process.env['PATH'], PORT: '0', USHER_API_KEY: ADMIN_KEY, ...environment };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const logged: Record<string, unknown>[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => logged.push(JSON.parse(line)));
  let complaints = '';
  child.stderr.on('data', (said: Buffer) => (complaints += said.toString()));
  const ended = once(child, 'close');

  const find = (name: string) => logged.find(({ event }) => event === name);
  return {
    child,
    logged,
    complaints: () => complaints,
    async event(name) {
      for (;;) {
        const found = find(name);
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`the API ended before ${name}: ${complaints}`);
        await Promise.race([once(lines, 'line'), ended]);
      }
    },
    async exitCode() {
      await ended;
      return child.exitCode;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
