import { spawnSync } from 'node:child_process';

/** A program to start: its file or name, its arguments, and the user when it is another one. */
export type Command = { file: string; args: string[]; uid?: number; gid?: number };

/**
 * The same command, on Linux wrapped so that the kernel sends it the signal when the process that spawned it dies, even by SIGKILL.
 * Spawn it from the main thread: the kernel watches the spawning thread. Elsewhere the command is unchanged.
 * Source: prctl(2), PR_SET_PDEATHSIG; setpriv(1).
 */
export function tieToParent(command: Command, signal: 'INT' | 'TERM' | 'KILL'): Command {
  const tie = ['--pdeathsig', signal];
  if (!runs('setpriv', [...tie, 'true'])) return command;
  return { ...command, file: 'setpriv', args: [...tie, command.file, ...command.args] };
}

/** Whether a program is there and ends well with these arguments. */
export function runs(program: string, args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
