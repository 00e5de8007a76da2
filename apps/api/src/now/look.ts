import type { BudgetReading } from '@usher/core/budget/book';
import type { BudgetLimits } from '@usher/core/budget/rules';
import type { QueueName } from '@usher/core/jobs';
import { type Breaker, breakerName, listBreakers } from '@usher/db/breakers';
import { countFailingFetches } from '@usher/db/fetches';
import type { Db } from '@usher/db/connect';
import type { Counted } from '@usher/db/count-up-to';
import { countDeliveries, listDeliveries, type ListedDelivery } from '@usher/db/list-deliveries';
import { rollUp } from '@usher/db/rollup/roll-up';
import { limitedSources, spentToday } from '@usher/db/spending';
import { readStandingBacklog, type StandingBacklog } from '@usher/db/standing-backlog';
import { type MinuteVolume, recentCalls, type RecentCalls, recentVolume } from '@usher/db/throughput';
import { findUnreadTickets, type UnreadTicket } from '@usher/db/unread-tickets';
import { poolOf } from '@usher/queue/budget/turns';
import type { BudgetStore } from '@usher/queue/budget/store';
import type { QueueConnection } from '@usher/queue/connect';
import { type QueueDepth, queueDepths } from '@usher/queue/depth';
import { QueueUnreachable } from '@usher/queue/failures';
import { workersSeen } from '@usher/queue/workers';
import type { RequestDatabase } from '../database.ts';

/** What the settings say of Claude. */
export interface ClaudeSettings {
  /** Whose limits they are; null without a key. */
  account: string | null;
  models: readonly string[];
  ceilings: Partial<BudgetLimits>;
  /** What may be spent on a day, in micro-dollars; null is no limit. */
  dailyMicroUsd: number | null;
}

/** How one model's part of the shared budget stands. */
export interface PoolStanding {
  account: string;
  model: string;
  reading: BudgetReading;
}

/** Everything that one look sees. The queue's part is null while its server is away. */
export interface Standing {
  at: Date;
  volume: MinuteVolume[];
  /** Facts that are not in the volume yet, at most. */
  notCounted: number;
  backlog: StandingBacklog;
  unread: { count: Counted; newest: UnreadTicket[] };
  dead: { count: Counted; newest: ListedDelivery[] };
  failingFetches: Counted;
  breakers: Breaker[];
  calls: RecentCalls[];
  purses: { whose: string; spentMicroUsd: number; limitMicroUsd: number }[];
  queue: { depths: Record<QueueName, QueueDepth>; workers: number | null } | null;
  pools: PoolStanding[] | null;
}

export interface LookOptions {
  database: RequestDatabase;
  queue: QueueConnection;
  budget: BudgetStore;
  claude: ClaudeSettings;
}

const MINUTES = 60;
const LISTED = 10;
const MOST_COUNTED = 10_000;
/** Milliseconds for counting what came just now, and for transactions that are writing. */
const ROLL_UP = { mostMs: 200, patienceMs: 50 };
/** Accounts that are looked at where no key says which; others are of keys that were changed. */
const MOST_ACCOUNTS = 2;

/** Looks at everything once, on one connection. Throws DatabaseUnavailable; the queue may be away. */
export async function lookAtNow({ database, queue, budget, claude }: LookOptions): Promise<Standing> {
  const [seen, atQueue] = await Promise.all([
    database.slow((db) => lookInDatabase(db, claude)),
    unlessAway(async () => ({ depths: await queueDepths(queue), workers: await workersSeen(queue) })),
  ]);
  const pools = atQueue === null ? null : await unlessAway(() => readPools(budget, claude, seen.breakers));
  return { at: new Date(), ...seen, queue: atQueue, pools };
}

async function lookInDatabase(db: Db, { dailyMicroUsd }: ClaudeSettings) {
  // One after the other: the console must not take the connections of reports.
  const notCounted = await rollUp(db, ROLL_UP);
  const volume = await recentVolume(db, MINUTES);
  const backlog = await readStandingBacklog(db);
  const unread = await findUnreadTickets(db, { limit: LISTED });
  const count = await countDeliveries(db, { state: 'dead', most: MOST_COUNTED });
  const dead = { count, newest: await listDeliveries(db, { state: 'dead' }, { limit: LISTED }) };
  const failingFetches = await countFailingFetches(db, MOST_COUNTED);
  const breakers = await listBreakers(db);
  const calls = await recentCalls(db);
  const purses = await readPurses(db, dailyMicroUsd);
  return { notCounted, volume, backlog, unread, dead, failingFetches, breakers, calls, purses };
}

async function readPurses(db: Db, dailyMicroUsd: number | null): Promise<Standing['purses']> {
  const [spent, limited] = [await spentToday(db), await limitedSources(db)];
  const everybody = dailyMicroUsd === null ? [] : [{ whose: 'everybody', purse: 0, limitMicroUsd: dailyMicroUsd }];
  const own = limited.map(({ sourceId, name, dailyMicroUsd: limit }) => ({
    whose: name,
    purse: sourceId,
    limitMicroUsd: limit,
  }));
  return [...everybody, ...own].map(({ whose, purse, limitMicroUsd }) => ({
    whose,
    limitMicroUsd,
    spentMicroUsd: spent.find((one) => one.purse === purse)?.spentMicroUsd ?? 0,
  }));
}

/** The accounts at Claude that are known: the key's, or else those that somebody called with. */
export function knownAccounts({ account }: ClaudeSettings, breakers: readonly Breaker[]): string[] {
  if (account !== null) return [account];
  const prefix = breakerName('');
  return breakers.slice(-MOST_ACCOUNTS).map(({ name }) => name.slice(prefix.length));
}

async function readPools(
  budget: BudgetStore,
  claude: ClaudeSettings,
  breakers: readonly Breaker[],
): Promise<PoolStanding[]> {
  const { models, ceilings } = claude;
  const wanted = knownAccounts(claude, breakers).flatMap((account) => models.map((model) => ({ account, model })));
  return Promise.all(wanted.map(async (one) => ({ ...one, reading: await budget.read(poolOf({ ...one, ceilings })) })));
}

async function unlessAway<T>(question: () => Promise<T>): Promise<T | null> {
  try {
    return await question();
  } catch (thrown) {
    if (thrown instanceof QueueUnreachable) return null;
    throw thrown;
  }
}
