import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** The command of a process that starts Postgres on the folder named after it. */
export const starter = [process.execPath, join(import.meta.dirname, 'start-and-wait.ts')] as const;

/** What that process says on a line of its own: where Postgres is and who started it, or the code of the failure. */
export const Said = z.object({
  url: z.string().default(''),
  uid: z.number().optional(),
  failure: z.string().optional(),
});
export type Said = z.infer<typeof Said>;

/** Starts Postgres on a folder from another process, which goes with the test; a command before it may change its user. */
export async function startElsewhere(
  directory: string,
  before: string[] = [],
): Promise<Said & { process: ChildProcess }> {
  const [file, ...args] = [...before, ...starter, directory];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface(child.stdout);
  const heard = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  return { process: child, ...Said.parse(JSON.parse(String(heard[0]))) };
}

/** Lets that process stop Postgres and end. */
export async function endElsewhere({ process: child }: { process: ChildProcess }): Promise<void> {
  child.stdin?.end();
  await once(child, 'exit');
}
