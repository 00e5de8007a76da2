import { amounts, type BudgetLimits } from '@usher/core/budget/rules';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaudeProcess } from './fleet.ts';
import type { Totals } from './messages.ts';

/** What was let through and refused in a stretch of time. */
export interface Use {
  /** Share of the limit that was used most. */
  share: number;
  /** Which limit that was. */
  binding: string;
  answers: number;
  /** Share of the calls that were refused. */
  refused: number;
}

/** The use between two looks. */
export function useBetween(before: Totals, after: Totals, limits: BudgetLimits): Use {
  const minutes = (after.atMs - before.atMs) / 60_000;
  const used = {
    requests: after.taken - before.taken,
    inputTokens: after.inputTokens - before.inputTokens,
    outputTokens: after.outputTokens - before.outputTokens,
  };
  const shares = amounts((dimension) => used[dimension] / (limits[dimension] * minutes));
  const [[binding, share] = ['requests', 0]] = Object.entries(shares).sort(([, one], [, other]) => other - one);
  const refused = after.refused - before.refused;
  return { share, binding, answers: used.requests, refused: refused / Math.max(1, refused + used.requests) };
}

/** Watches for so many seconds. */
export async function watch(claude: ClaudeProcess, limits: BudgetLimits, seconds: number): Promise<Use> {
  const before = await claude.totals();
  await sleep(seconds * 1_000);
  return useBetween(before, await claude.totals(), limits);
}
