import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@usher/db/connect';
import { returnLease, takeLease } from '@usher/db/leases';
import { lastRemoval, removeOld } from '@usher/db/retention';
import type { Report } from './events.ts';

const LOOK_EVERY_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
/** Longer than a transaction of the removal may take. */
const LEASE_MS = 120_000;

export interface Retention {
  /** Begins nothing more; resolves when the transaction that runs has ended. */
  stop(): Promise<void>;
}

export interface RetentionDeps {
  db: Db;
  report: Report;
  /** How long tickets are kept; undefined is for ever. */
  days: number | undefined;
}

/** Once a day, one worker of the fleet removes the tickets that are older than so many days. */
export function startRetention(deps: RetentionDeps): Retention {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = (async () => {
    while (deps.days !== undefined && !signal.aborted) {
      await removeOnce({ ...deps, days: deps.days, now: new Date(), signal });
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  })();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

/** Removes what is old, unless that was done in the last day or is being done by somebody else. A failure is told and tried again. */
export async function removeOnce({
  db,
  report,
  days,
  now,
  signal,
}: RetentionDeps & { days: number; now: Date; signal: AbortSignal }): Promise<void> {
  const lease = { name: 'retention', holder: randomUUID() };
  try {
    const last = await lastRemoval(db);
    if (last !== null && now.getTime() - last.getTime() < DAY_MS) return;
    if (!(await takeLease(db, { ...lease, forMs: LEASE_MS }))) return;
    const before = new Date(now.getTime() - days * DAY_MS);
    const removed = await removeOld(db, {
      before,
      actor: 'worker',
      progress: async (so) => {
        report({ kind: 'old_tickets_going', ...so });
        return !signal.aborted && (await takeLease(db, { ...lease, forMs: LEASE_MS }));
      },
    });
    if (removed !== null) report({ kind: 'old_tickets_gone', before, ...removed });
    await returnLease(db, lease);
  } catch (error) {
    report({ kind: 'retention_failed', error });
  }
}
