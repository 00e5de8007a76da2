import { listSources } from '@usher/db/sources';
import type { Command } from 'commander';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

export function addSources(program: Command, { config, screen }: Surroundings): void {
  const sources = program.command('sources').description('who sends tickets');
  sources
    .command('list')
    .description('every source')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listSources(database.db);
      const rows = listed.map(({ id, name, connector }) => [String(id), name, connector]);
      const document = listed.map(({ id, name, connector }) => ({ id, name, connector }));
      screen.show(document, table([['id', 'name', 'connector'], ...rows]));
    });
}
