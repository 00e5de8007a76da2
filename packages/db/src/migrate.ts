import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { whileAvailable } from './failures.ts';

const FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));

/** Any fixed number: processes that migrate the same database wait for each other at this lock. */
const MIGRATION_LOCK = 7_403_172_519;

/** Brings a database's tables up to date. Safe when several processes do it at once. Throws DatabaseUnavailable. */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await whileAvailable(async () => {
      await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
      await applyMigrations(drizzle(client), { migrationsFolder: FOLDER });
    });
  } finally {
    // Closing the connection gives the lock back.
    await client.end({ timeout: 5 });
  }
}
