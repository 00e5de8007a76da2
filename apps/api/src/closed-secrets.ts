import { findClosedSecrets } from '@usher/db/closed-secrets';
import { DatabaseUnavailable } from '@usher/db/failures';
import { missingMigrations } from '@usher/db/migration-state';
import type { Vault } from '@usher/db/vault';
import type { RequestDatabase } from './database.ts';
import type { Events } from './events.ts';

/** Says which stored secrets this process cannot open. While Postgres is away or has no tables yet, webhooks tell it later. */
export async function sayClosedSecrets(
  vault: Vault,
  { database, events }: { database: RequestDatabase; events: Pick<Events, 'secretsClosed'> },
): Promise<void> {
  try {
    const closed = await database.quick(async (db) =>
      (await missingMigrations(db)) > 0 ? undefined : findClosedSecrets(db, vault),
    );
    if (closed !== undefined) events.secretsClosed(closed);
  } catch (thrown) {
    if (!(thrown instanceof DatabaseUnavailable)) throw thrown;
  }
}
