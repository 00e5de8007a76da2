import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a figure of speed depends on. */
export interface Machine {
  cores: number;
  processor: string;
  memoryGb: number;
  node: string;
  /** Processes that wanted a core, on average over the last minute. */
  load: number;
}

/** The facts of this machine, now. */
export function machineFacts(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}
