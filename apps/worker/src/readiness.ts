import { DatabaseUnavailable } from '@usher/db/failures';
import type { Db } from '@usher/db/connect';
import { missingMigrations } from '@usher/db/migration-state';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import type { Report } from './events.ts';
import { pause } from './pause.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Resolves when the database is reachable and migrated and a taxonomy is published, or when the signal is aborted; says
 * what it waits for whenever that changes. So processes may start in any order.
 */
export async function untilReady({
  db,
  report,
  signal,
}: {
  db: Db;
  report: Report;
  signal: AbortSignal;
}): Promise<void> {
  let told: string | undefined;
  for (;;) {
    const what = await missingPart(db);
    if (what === undefined || signal.aborted) return;
    if (what !== told) report({ kind: 'waiting_for', what });
    told = what;
    await pause(LOOK_EVERY_MS, signal);
  }
}

async function missingPart(db: Db): Promise<'database' | 'migrations' | 'taxonomy' | undefined> {
  try {
    if ((await missingMigrations(db)) > 0) return 'migrations';
    return (await currentTaxonomyVersion(db)) === 0 ? 'taxonomy' : undefined;
  } catch (thrown) {
    if (thrown instanceof DatabaseUnavailable) return 'database';
    throw thrown;
  }
}
