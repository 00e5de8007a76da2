import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** Starts Postgres on a folder from another process, optionally with a command before it that changes its user. */
export async function startElsewhere(
  directory: string,
  before: string[] = [],
): Promise<Said & { process: ChildProcess }> {
  const [file, ...args] = [...before, ...starter, directory];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const heard = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  return { process: child, ...Said.parse(JSON.parse(String(heard[0]))) };
}

/** Lets that process stop Postgres and end. */
export async function endElsewhere({ process: child }: { process: ChildProcess }): Promise<void> {
  child.stdin?.end();
  await once(child, 'exit');
}
