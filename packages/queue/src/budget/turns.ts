import type { BudgetReading } from '@usher/core/budget/book';
import { type BudgetLimits, type Pool, rules } from '@usher/core/budget/rules';
import type { ServerSays } from '@usher/core/budget/server-says';
import type { Failure } from '@usher/core/failure';
import type { CallEnd, GateCall } from '@usher/core/gate';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BudgetStore } from './store.ts';

/** The limits of an account of which nothing is known: Anthropic's first tier in October 2026. */
const START_TIER: BudgetLimits = { requests: 1_000, inputTokens: 2_000_000, outputTokens: 400_000 };

/** The pool of one model of an account, with the limits that are assumed until the server names its own. */
export function poolOf({
  account,
  model,
  ceilings,
}: Pick<Pool, 'account' | 'model'> & Pick<TurnsOptions, 'ceilings'>): Pool {
  return { account, model, limits: { ...START_TIER, ...ceilings }, ceilings };
}

/** A call has its place in the line and its turn later: whoever comes again then starts at once. No attempt is spent. */
export class BudgetWait extends Error implements Failure {
  override readonly name = 'BudgetWait';
  readonly code = 'budget_wait';
  readonly retry: { afterMs: number };

  constructor(afterMs: number) {
    super(`the shared budget has a turn in ${afterMs} ms`);
    this.retry = { afterMs };
  }
}

export interface TurnsOptions {
  /** Whose limits they are. */
  account: string;
  /** What the operator allows at most; also what is assumed until the server has named its limits. */
  ceilings: Partial<BudgetLimits>;
  /** Told when Claude made everybody pause, or slower. */
  onTrouble?: (
    trouble: { kind: 'claude_paused'; forMs: number; detail: string } | { kind: 'claude_slowed'; detail: string },
  ) => void;
}

/** One process's use of the budget that all share. */
export interface Turns {
  /** Resolves when the call may start; throws BudgetWait where that takes longer than its patience, and QueueUnreachable. */
  take(call: GateCall): Promise<void>;
  /** Takes back a call that was let through and is not made; throws QueueUnreachable. */
  giveBack(call: GateCall): Promise<void>;
  /** Ends a call that was let through; throws QueueUnreachable. */
  end(call: GateCall, how: CallEnd): Promise<void>;
  /** How the budget of each model stands that this process has called. */
  read(): Promise<{ model: string; reading: BudgetReading }[]>;
}

/** Asks a budget for turns and tells it how calls ended. */
export function createTurns(store: BudgetStore, { account, ceilings, onTrouble }: TurnsOptions): Turns {
  const pools = new Map<string, Pool>();
  const strain = createStrain();
  const poolFor = (model: string) => {
    const pool = pools.get(model) ?? poolOf({ account, model, ceilings });
    pools.set(model, pool);
    return pool;
  };
  // Many calls in flight bring the same news; it is told once.
  const quiet = { pausedUntil: 0, slowUntil: 0 };
  const slow = async (pool: Pool, detail: string) => {
    if (performance.now() >= quiet.slowUntil) onTrouble?.({ kind: 'claude_slowed', detail });
    quiet.slowUntil = performance.now() + rules.shrinkOnceMs;
    await store.shrink(pool);
  };
  const pause = async (pool: Pool, { afterMs, detail }: { afterMs: number; detail: string }) => {
    if (performance.now() >= quiet.pausedUntil) onTrouble?.({ kind: 'claude_paused', forMs: afterMs, detail });
    quiet.pausedUntil = Math.max(quiet.pausedUntil, performance.now() + afterMs);
    await store.pause(pool, afterMs);
  };
  const heed = async (pool: Pool, how: CallEnd) => {
    if (how.kind === 'answered') strain.ease();
    if (how.kind === 'rate_limited') {
      await pause(pool, how);
      if (how.isRamp) await slow(pool, how.detail);
    }
    if ((how.kind === 'failed' || how.kind === 'lost') && strain.isTooMuch()) await slow(pool, how.detail);
    if ('says' in how && saysSomething(how.says)) await store.correct(pool, how.says);
  };

  return {
    take: (call) => take(store, poolFor(call.model), call),
    giveBack: ({ model, key }) => store.giveBack(poolFor(model), key),
    async end(call, how) {
      const pool = poolFor(call.model);
      await Promise.all([close(store, pool, { key: call.key, how }), heed(pool, how)]);
    },
    read: () =>
      Promise.all([...pools.values()].map(async (pool) => ({ model: pool.model, reading: await store.read(pool) }))),
  };
}

async function take(store: BudgetStore, pool: Pool, { key, share, estimate, patienceMs, signal }: GateCall) {
  const leavesAt = performance.now() + patienceMs;
  for (;;) {
    const { waitMs } = await store.reserve(pool, { key, share, estimate });
    if (waitMs === 0) return;
    if (performance.now() + waitMs > leavesAt) throw new BudgetWait(waitMs);
    await sleep(waitMs, undefined, { signal }).catch(async (thrown: unknown) => {
      await store.giveBack(pool, key);
      throw thrown;
    });
  }
}

/** A refused call used nothing of the limits; one of which nothing is known, or that failed on the way, counts in full. */
async function close(store: BudgetStore, pool: Pool, { key, how }: { key: string; how: CallEnd }): Promise<void> {
  switch (how.kind) {
    case 'answered': {
      const { inputTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = how.usage;
      // What is read from the cache does not count towards the limit.
      const counted = inputTokens + cacheWrite5mTokens + cacheWrite1hTokens;
      return store.settle(pool, key, { inputTokens: counted, outputTokens });
    }
    case 'rate_limited':
    case 'refused':
      return store.giveBack(pool, key);
    case 'lost':
      return how.wasSent ? store.settle(pool, key, null) : store.giveBack(pool, key);
    case 'rejected':
    case 'failed':
    case 'aborted':
      return store.settle(pool, key, null);
  }
}

/** How many failures one answer makes up for: with fewer of them among the calls nobody is slowed down. */
const EASED_BY_AN_ANSWER = 0.1;
const MOST_STRAIN = 10;

/** Tells a server in trouble, where more than about one call in ten fails, from a failure now and then. */
function createStrain() {
  let strain = 0;
  return {
    ease() {
      strain = Math.max(0, strain - EASED_BY_AN_ANSWER);
    },
    isTooMuch() {
      strain = Math.min(MOST_STRAIN, strain + 1);
      return strain > 1;
    },
  };
}

function saysSomething({ limits, remaining }: ServerSays): boolean {
  return Object.keys(limits).length + Object.keys(remaining).length > 0;
}
