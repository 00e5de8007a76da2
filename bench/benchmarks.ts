import { backfill } from './backfill.ts';
import { backlog } from './backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { budget } from './budget.ts';
import { consolePages } from './console.ts';
import { cost } from './cost.ts';
import { drain } from './drain.ts';
import { evidence } from './evidence.ts';
import { intake } from './intake.ts';
import { scale } from './scale.ts';
import { webhookStorm } from './webhook-storm.ts';

/** Every benchmark there is: a new one is its own file and a line here. */
export const benchmarks: readonly Benchmark[] = [
  intake,
  webhookStorm,
  drain,
  scale,
  backfill,
  backlog,
  budget,
  cost,
  consolePages,
  evidence,
];
