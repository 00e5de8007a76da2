import { findClosedSecrets } from '@usher/db/closed-secrets';
import { connectDatabase, type Db } from '@usher/db/connect';
import { missingMigrations } from '@usher/db/migration-state';
import { readServer } from '@usher/db/server';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import type { Vault } from '@usher/db/vault';
import { type Check, reasonOf } from './check.ts';
import { checkClock } from './clock.ts';

/** Looks at Postgres: whether it answers, its clock, whether the tables are up to date, a taxonomy is published, and secrets open. */
export async function checkDatabase(url: string, vault: Vault): Promise<Check[]> {
  await using database = connectDatabase(url, { name: 'usher-doctor', connections: 1, statementTimeoutMs: 5_000 });
  try {
    const askedAt = Date.now();
    const { version, time } = await readServer(database.db);
    const answeredAt = Date.now();
    const says = `Postgres ${version} at ${placeOf(url)} answers in ${answeredAt - askedAt} ms`;
    const clock = checkClock("database's clock", { askedAt, answeredAt, serverTime: time, resolutionMs: 0 });
    return [{ name: 'database', status: 'ok', says }, clock, ...(await checkTables(database.db, vault))];
  } catch (thrown) {
    const says = `${placeOf(url)} does not answer: ${reasonOf(thrown)}`;
    return [{ name: 'database', status: 'failed', says, todo: 'Start Postgres, or correct DATABASE_URL.' }];
  }
}

async function checkTables(db: Db, vault: Vault): Promise<Check[]> {
  const missing = await missingMigrations(db);
  if (missing > 0) {
    const says = `${missing} missing`;
    return [{ name: 'migrations', status: 'failed', says, todo: 'Run usher migrate, or start the service once.' }];
  }
  const version = await currentTaxonomyVersion(db);
  return [
    { name: 'migrations', status: 'ok', says: 'none missing' },
    version > 0
      ? { name: 'taxonomy', status: 'ok', says: `version ${version} is in force` }
      : { name: 'taxonomy', status: 'failed', says: 'none is published', todo: 'Run usher taxonomy publish.' },
    await checkSecrets(db, vault),
  ];
}

async function checkSecrets(db: Db, vault: Vault): Promise<Check> {
  const closed = await findClosedSecrets(db, vault);
  if (closed === undefined) return { name: 'secrets', status: 'ok', says: 'all that are stored can be opened' };
  const says = `those of ${closed.owners.join(', ')} cannot be opened`;
  return { name: 'secrets', status: 'failed', says, todo: closed.why.message };
}

/** Where an address leads, without its password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
