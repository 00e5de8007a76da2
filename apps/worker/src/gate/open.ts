import type { Config } from '@usher/core/config';
import type { Db } from '@usher/db/connect';
import { accountOf } from '@usher/engines/claude/account';
import type { BudgetStore } from '@usher/queue/budget/store';
import { createTurns, type Turns } from '@usher/queue/budget/turns';
import type { Report } from '../events.ts';
import { createGate, type FleetGate } from '../gate.ts';

/** The gate of this process and its use of the shared budget, as the settings want them. */
export function openGate(
  { db, budget, report }: { db: Db; budget: BudgetStore; report: Report },
  { ANTHROPIC_API_KEY: apiKey, ceilings, dailyMicroUsd }: Config,
): { gate: FleetGate; turns: Turns } {
  const account = accountOf(apiKey);
  const turns = createTurns(budget, {
    account,
    ceilings,
    onTrouble: report,
  });
  return { gate: createGate({ db, report, account, turns, dailyMicroUsd }), turns };
}
