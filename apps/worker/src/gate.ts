import type { Gate, GateCall } from '@usher/core/gate';
import type { Db } from '@usher/db/connect';
import type { Turns } from '@usher/queue/budget/turns';
import type { Report } from './events.ts';
import { createBreaker, type FleetBreaker, type OutageRule } from './gate/breaker.ts';
import { openPurse, type Purse } from './gate/purse.ts';

export interface GateOptions {
  db: Db;
  report: Report;
  /** Whose calls they are. */
  account: string;
  /** The budget that all workers share. */
  turns: Turns;
  /** What may be spent on a day (UTC), in micro-dollars; null is no limit. */
  dailyMicroUsd: number | null;
  outage?: OutageRule;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Ten seconds without any answer are no hiccup. */
const OUTAGE: OutageRule = { calls: 10, overMs: 10_000 };

/** A gate, and what it can tell of itself. */
export interface FleetGate extends Gate {
  readonly breaker: FleetBreaker;
}

/**
 * The fleet's common door to Claude: the breaker first, then a turn in the shared budget, then the money. Who is turned
 * away by one gives back what the others gave.
 */
export function createGate(options: GateOptions): FleetGate {
  const { turns, outage = OUTAGE, now = Date.now } = options;
  const breaker = createBreaker({ ...options, outage, now });
  const purse = openPurse({ ...options, now });
  return {
    breaker,
    async enter(call) {
      const { isProbe } = await breaker.pass();
      try {
        await turns.take(call);
        const taken = await payFirst(call, { purse, turns });
        return {
          // Each is told, even if another cannot be.
          end: async (how) => allOf([turns.end(call, how), purse.settle(taken, call, how), breaker.heed(how, isProbe)]),
        };
      } catch (thrown) {
        if (isProbe) await breaker.heed({ kind: 'aborted' }, isProbe);
        throw thrown;
      }
    },
  };
}

async function payFirst(call: GateCall, { purse, turns }: { purse: Purse; turns: Turns }) {
  try {
    return await purse.take(call);
  } catch (thrown) {
    await turns.giveBack(call);
    throw thrown;
  }
}

/** Resolves when all have ended, and rejects with the first that failed. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
