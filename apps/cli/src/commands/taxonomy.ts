import type { Taxonomy } from '@usher/core/taxonomy';
import { findLikenesses, type Likeness } from '@usher/core/taxonomy-likeness';
import { publishTaxonomy } from '@usher/db/taxonomies';
import type { Command } from 'commander';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { readVersion } from '../read-version.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../screen.ts';
import { readTaxonomyFile } from '../taxonomy-file.ts';
import { addTaxonomyVersions } from './taxonomy-versions.ts';

export function addTaxonomy(program: Command, surroundings: Surroundings): void {
  const { config, screen } = surroundings;
  const taxonomy = program.command('taxonomy').description('check, publish, compare and roll back the category list');
  const file = '[file]';
  const about = 'taxonomy file; USHER_TAXONOMY by default';
  taxonomy
    .command('check')
    .description('read a taxonomy file and say what is wrong with it, line by line')
    .argument(file, about)
    .action(async (path: string | undefined) => {
      const read = await readTaxonomyFile(path ?? config().USHER_TAXONOMY);
      const likenesses = findLikenesses(read);
      screen.show({ valid: true, categories: read.categories.map(summary), likenesses }, asText(read, likenesses));
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
  addTaxonomyVersions(taxonomy, surroundings);
}

function summary({ key, team, priority, sla_hours, subcategories, examples }: Taxonomy['categories'][number]) {
  return { key, team, priority, sla_hours, subcategories: subcategories.length, examples: examples.length };
}

function asText(taxonomy: Taxonomy, likenesses: readonly Likeness[]): string {
  const rows = taxonomy.categories.map(summary).map((row) => Object.values(row).map(String));
  const head = ['category', 'team', 'priority', 'SLA hours', 'subcategories', 'examples'];
  return [table([head, ...rows]), ...likenesses.map(warning), 'The file is valid.'].join('\n\n');
}

function warning({ what, places: [one, other], likeness }: Likeness): string {
  const place = ({ category, subcategory }: typeof one) =>
    subcategory === null ? category : `${category}/${subcategory}`;
  const share = `${Math.round(100 * likeness)} % of their words`;
  return `Warning: ${place(one)} and ${place(other)} have ${what}s that are nearly the same (${share}): "${one.text}" and "${other.text}".`;
}
