import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));

/** A worker as an operator runs it. */
export interface WorkerProcess extends AsyncDisposable {
  /** Everything that it wrote so far. */
  output(): string;
  /** Resolves as soon as it has written this. */
  wrote(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts a worker with this environment and nothing else but the path. */
export function startWorkerProcess(environment: Record<string, string>): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => void (output += chunk.toString('utf8'));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  return {
    output: () => output,
    async wrote(text) {
      while (!output.includes(text)) {
        const gone = await Promise.race([
          ended.then(() => true),
          once(child.stdout ?? child, 'data').then(() => false),
        ]);
        if (gone && !output.includes(text)) throw new Error(`the worker ended without "${text}":\n${output}`);
      }
    },
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
