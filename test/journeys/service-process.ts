import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Settings } from '@usher/core/config';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Every setting, empty: a developer's own .env must not change what is tested. */
const UNSET = Object.fromEntries(Object.keys(Settings.shape).map((name) => [name, '']));

/** A process of the service as an operator runs it, with everything it wrote. */
export interface ServiceProcess extends AsyncDisposable {
  output(): string;
  /** Resolves with the first match as soon as it is written; rejects if the process ends without it. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

export interface ServiceOptions {
  environment: Readonly<Record<string, string>>;
  /** User and group to run as; by default whoever runs the tests. */
  user?: { uid: number; gid: number };
}

/** Runs one of Usher's commands, given as in a container: path of the main file below the project, then arguments. */
export function runService(command: readonly string[], { environment, user }: ServiceOptions): ServiceProcess {
  const child = spawn(process.execPath, [...command], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...UNSET, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let output = '';
  const collect = (chunk: Buffer) => void (output += chunk.toString('utf8'));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  return {
    output: () => output,
    async wrote(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        const more = Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
        const isOver = await Promise.race([ended.then(() => true), more.then(() => false)]);
        if (isOver && !pattern.test(output))
          throw new Error(`${command.join(' ')} ended without ${pattern}:\n${output}`);
      }
    },
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
