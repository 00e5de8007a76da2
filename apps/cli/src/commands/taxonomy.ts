import type { Taxonomy } from '@usher/core/taxonomy';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { type Command, InvalidArgumentError } from 'commander';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../screen.ts';
import { readTaxonomyFile } from '../taxonomy-file.ts';

export function addTaxonomy(program: Command, { config, screen }: Surroundings): void {
  const taxonomy = program.command('taxonomy').description('check and publish the category list');
  const file = '[file]';
  const about = 'taxonomy file; USHER_TAXONOMY by default';
  taxonomy
    .command('check')
    .description('read a taxonomy file and say what is wrong with it, line by line')
    .argument(file, about)
    .action(async (path: string | undefined) => {
      const read = await readTaxonomyFile(path ?? config().USHER_TAXONOMY);
      screen.show({ valid: true, categories: read.categories.map(summary) }, asText(read));
    });
  taxonomy
    .command('publish')
    .description('put a taxonomy file in force as a new version; workers take it up within seconds')
    .argument(file, about)
    .option('--expect <version>', 'publish only if this version is in force', readVersion)
    .addHelpText('after', '\nExample:\n  $ usher taxonomy publish taxonomy.yaml --expect 3')
    .action(async (path: string | undefined, options: { expect?: number }) => {
      const read = await readTaxonomyFile(path ?? config().USHER_TAXONOMY);
      await using database = await openDatabase(config());
      const version = await publishTaxonomy(database.db, read, {
        actor: 'usher taxonomy',
        ...(options.expect === undefined ? {} : { expectedVersion: options.expect }),
      });
      await hint(database.queueUrl, [{ name: 'learn', payload: {} }]);
      screen.show({ version }, `Version ${version} is in force.`);
    });
}

function readVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be the number of a version.');
  return Number(text);
}

function summary({ key, team, priority, sla_hours, subcategories, examples }: Taxonomy['categories'][number]) {
  return { key, team, priority, sla_hours, subcategories: subcategories.length, examples: examples.length };
}

function asText(taxonomy: Taxonomy): string {
  const rows = taxonomy.categories.map(summary).map((row) => Object.values(row).map(String));
  return `${table([['category', 'team', 'priority', 'SLA hours', 'subcategories', 'examples'], ...rows])}\n\nThe file is valid.`;
}
