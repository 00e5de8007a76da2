import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@usher/db/connect';
import { keepCosts } from '@usher/db/costs';
import { rollUp } from '@usher/db/rollup/roll-up';
import type { Report } from './events.ts';

const EVERY_MS = 10_000;
/** Milliseconds of counting in one round, so that other work gets at Postgres in between. */
const MOST_MS = 5_000;
const PATIENCE_MS = 2_000;

export interface Counting {
  /** Starts no further round; resolves when the one that runs has ended. */
  stop(): Promise<void>;
}

/** Adds up what happened for the reports, again and again, so that whoever asks for one finds little left to count. */
export function startCounting({ db, report }: { db: Db; report: Report }): Counting {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = (async () => {
    while (!signal.aborted) {
      const isBehind = await countOnce(db, report);
      if (!isBehind) await pause(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  })();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

/** Answers whether there is more that could be counted at once. */
async function countOnce(db: Db, report: Report): Promise<boolean> {
  const startedAt = performance.now();
  try {
    const left = await rollUp(db, { mostMs: MOST_MS, patienceMs: PATIENCE_MS });
    // A day at a time, so that a long past is added up beside other work.
    await keepCosts(db, { most: 1 });
    report({ kind: 'counted', left });
    return left > 0 && performance.now() - startedAt >= MOST_MS;
  } catch (error) {
    report({ kind: 'counting_failed', error });
    return false;
  }
}
