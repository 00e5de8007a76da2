import { readdir, readFile } from 'node:fs/promises';

/** Processor seconds by program. */
export type ProcessorTime = ReadonlyMap<string, number>;

/** Ticks a second in which Linux tells times (proc_pid_stat(5), USER_HZ). */
const TICKS = 100;

/** What this process, those it started and theirs took so far, also those that ended since. Empty where there is no /proc. */
export async function processorTime(): Promise<ProcessorTime> {
  const numbers = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(numbers.map(readProcess))).flatMap((found) => found ?? []);
  const ours = new Set([process.pid]);
  // A process has a higher number than the one that started it, unless numbers began anew: then it is missed.
  for (const { pid, parent } of all.toSorted((one, other) => one.pid - other.pid)) if (ours.has(parent)) ours.add(pid);
  const sums = new Map<string, number>();
  for (const { pid, program, seconds } of all) if (ours.has(pid)) sums.set(program, (sums.get(program) ?? 0) + seconds);
  return sums;
}

/** What was taken between two looks, in words; undefined where it cannot be told. */
export function spentBetween(before: ProcessorTime, after: ProcessorTime): string | undefined {
  const spent = [...after].map(([program, seconds]) => [program, seconds - (before.get(program) ?? 0)] as const);
  const told = spent
    .filter(([, seconds]) => seconds >= 0.1)
    .map(([program, seconds]) => `${program} ${seconds.toFixed(1)} s`);
  return told.length === 0 ? undefined : `processor time: ${told.toSorted().join(', ')}`;
}

async function readProcess(number: string) {
  const stat = await readFile(`/proc/${number}/stat`, 'utf8').catch(() => undefined);
  const [, name = '', rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat ?? '') ?? [];
  if (rest === undefined) return undefined;
  const fields = rest.split(' ').map(Number);
  // Its own time in the program and in the kernel, and that of children it waited for.
  const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
  const pid = Number(number);
  return { pid, parent: fields[1] ?? 0, program: await programOf(pid, name), seconds: ticks / TICKS };
}

/** Each of our own programs by its folder; what is measured in this process is Node. */
async function programOf(pid: number, name: string): Promise<string> {
  if (name === 'postgres') return 'Postgres';
  if (name.startsWith('redis')) return 'Redis';
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return /apps\/(\w+)\//.exec(command)?.[1] ?? 'Node';
}
