import type { Config } from '@usher/core/config';
import { connectDatabase, type Database } from '@usher/db/connect';
import { missingMigrations } from '@usher/db/migration-state';
import { startPostgres } from '@usher/embedded/start-postgres';
import { CannotDo } from './failures.ts';

/** A database for one command, with the address of the queue that goes with it. */
export interface OpenDatabase extends Database {
  queueUrl: string;
}

/**
 * Opens the database of the running service: DATABASE_URL, or the embedded one, which is started for the command where it
 * does not run. Throws CannotDo where the service never ran on it.
 */
export async function openDatabase(config: Config): Promise<OpenDatabase> {
  const embedded =
    config.DATABASE_URL === undefined ? await startPostgres({ directory: config.USHER_DATA_DIR }) : undefined;
  const url = config.DATABASE_URL ?? embedded?.url ?? '';
  const database = connectDatabase(url, { name: 'usher-cli', connections: 2 });
  const close = async () => {
    await database[Symbol.asyncDispose]();
    await embedded?.stop();
  };
  try {
    if ((await missingMigrations(database.db)) > 0) {
      throw new CannotDo(
        'not_migrated',
        "This database lacks Usher's tables. Run usher migrate, or start the service once.",
      );
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { db: database.db, queueUrl: config.queueUrl ?? url, [Symbol.asyncDispose]: close };
}
