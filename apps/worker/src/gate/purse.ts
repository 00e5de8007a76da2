import type { Failure } from '@usher/core/failure';
import type { CallEnd, GateCall } from '@usher/core/gate';
import type { Db } from '@usher/db/connect';
import {
  limitedSources,
  noteAlert,
  type PurseStanding,
  returnMoney,
  type Spent,
  takeMoney,
  type Taken,
} from '@usher/db/spending';
import type { Report } from '../events.ts';

/** Parts of a day's limit, in percent, of which an operator hears. */
const ALERTS = [50, 80, 100] as const;
/** How old the knowledge may be which sources have limits of their own. */
const FRESH_MS = 5_000;

/** The day's money is spent, everybody's or this source's. */
export class MoneySpent extends Error implements Failure {
  override readonly name = 'MoneySpent';
  readonly code = 'budget_spent';
  readonly retry: { afterMs: number };

  constructor(whose: string, afterMs: number) {
    super(`the day's money of ${whose} is spent`);
    this.retry = { afterMs };
  }
}

export interface PurseOptions {
  db: Db;
  /** What everybody together may spend on a day (UTC); null is no limit. */
  dailyMicroUsd: number | null;
  report: Report;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The day's money, shared by the fleet. */
export interface Purse {
  /** Takes what a call costs at worst; throws MoneySpent where that is more than is left. */
  take(call: GateCall): Promise<Taken>;
  /** Returns what it did not cost. What may have run without an answer counts at its worst. */
  settle(taken: Taken, call: GateCall, how: CallEnd): Promise<void>;
}

/** Opens the purses in Postgres. Without any limit nothing is asked and nothing counted. */
export function openPurse({ db, dailyMicroUsd, report, now }: PurseOptions): Purse {
  const namesOf = knowLimitedSources(db, now);
  const told = new Map<string, number>();

  const alert = async (day: string, { purse, spentMicroUsd, limitMicroUsd }: PurseStanding, percent: number) => {
    const key = `${day} ${purse}`;
    if (percent <= (told.get(key) ?? 0)) return;
    told.set(key, percent);
    const before = await noteAlert(db, { day, purse, percent });
    const whose = whoseIs(purse, await namesOf());
    for (const reached of ALERTS.filter((part) => part > before && part <= percent))
      report({ kind: 'money_alert', percent: reached, whose, day, spentMicroUsd, limitMicroUsd });
  };
  const refuse = async ({ day, purses, freshInMs }: Spent) => {
    for (const purse of purses) await alert(day, purse, 100);
    const names = await namesOf();
    return new MoneySpent(purses.map(({ purse }) => whoseIs(purse, names)).join(' and '), freshInMs);
  };

  return {
    async take({ sourceId, worstMicroUsd }) {
      const isSourceLimited = sourceId !== null && (await namesOf()).has(sourceId);
      if (dailyMicroUsd === null && !isSourceLimited) return { kind: 'taken', day: '', purses: [] };
      const answer = await takeMoney(db, { dailyMicroUsd, sourceId, worstMicroUsd });
      if (answer.kind === 'spent') throw await refuse(answer);
      return answer;
    },
    async settle(taken, { worstMicroUsd }, how) {
      if (taken.purses.length === 0) return;
      const standings = await returnMoney(db, taken, worstMicroUsd - costOf(how, worstMicroUsd));
      for (const standing of standings) {
        const percent = (100 * standing.spentMicroUsd) / Math.max(1, standing.limitMicroUsd);
        const reached = ALERTS.findLast((part) => percent >= part);
        if (reached !== undefined) await alert(taken.day, standing, reached);
      }
    },
  };
}

function costOf(how: CallEnd, worstMicroUsd: number): number {
  switch (how.kind) {
    case 'answered':
      return how.costMicroUsd;
    case 'lost':
      return how.wasSent ? worstMicroUsd : 0;
    case 'aborted':
      return worstMicroUsd;
    case 'rejected':
    case 'rate_limited':
    case 'refused':
    case 'failed':
      return 0;
  }
}

function whoseIs(purse: number, names: ReadonlyMap<number, string>): string {
  return purse === 0 ? 'everybody' : `source ${names.get(purse) ?? purse}`;
}

/** The names of the sources that have limits of their own, read every few seconds at most. */
function knowLimitedSources(db: Db, now: () => number): () => Promise<ReadonlyMap<number, string>> {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<ReadonlyMap<number, string>> = Promise.resolve(new Map());
  const read = async () => new Map((await limitedSources(db)).map(({ sourceId, name }) => [sourceId, name]));
  return () => {
    if (now() - readAt >= FRESH_MS) {
      readAt = now();
      reading = read().catch((thrown: unknown) => {
        readAt = Number.NEGATIVE_INFINITY;
        throw thrown;
      });
    }
    return reading;
  };
}
