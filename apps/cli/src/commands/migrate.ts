import { API_SOURCE, ensureSource } from '@usher/db/sources';
import { connectDatabase } from '@usher/db/connect';
import { migrate } from '@usher/db/migrate';
import { currentTaxonomy, publishTaxonomy } from '@usher/db/taxonomies';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import type { Surroundings } from '../surroundings.ts';
import { readTaxonomyFile } from '../taxonomy-file.ts';

export function addMigrate(program: Command, { config, screen }: Surroundings): void {
  program
    .command('migrate')
    .description('bring the tables of DATABASE_URL up to date and publish the taxonomy file if none is in force')
    .action(async () => {
      const { DATABASE_URL, USHER_TAXONOMY } = config();
      if (DATABASE_URL === undefined) {
        throw new CannotDo('no_database', 'Set DATABASE_URL. The embedded database is migrated by usher start.');
      }
      const version = await prepareDatabase(DATABASE_URL, USHER_TAXONOMY);
      screen.show(
        { migrated: true, taxonomy: version },
        `The tables are up to date; taxonomy version ${version} is in force.`,
      );
    });
}

/** Brings the tables up to date, makes the source of API clients and publishes the first taxonomy. Answers its version. */
export async function prepareDatabase(databaseUrl: string, taxonomyPath: string): Promise<number> {
  await migrate(databaseUrl);
  await using database = connectDatabase(databaseUrl, { name: 'usher-migrate', connections: 1 });
  await ensureSource(database.db, API_SOURCE);
  const current = await currentTaxonomy(database.db);
  if (current !== undefined) return current.version;
  return publishTaxonomy(database.db, await readTaxonomyFile(taxonomyPath), {
    actor: 'usher migrate',
    expectedVersion: 0,
  });
}
