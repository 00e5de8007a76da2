import { compareTaxonomies, type TaxonomyChange } from '@usher/core/taxonomy-changes';
import type { Db } from '@usher/db/connect';
import {
  currentTaxonomyVersion,
  findTaxonomy,
  listTaxonomies,
  type PublishedTaxonomy,
  publishTaxonomy,
} from '@usher/db/taxonomies';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { readVersion } from '../read-version.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const LISTED = 50;

/** Adds the commands that show, compare and bring back versions of the category list. */
export function addTaxonomyVersions(taxonomy: Command, { config, screen }: Surroundings): void {
  const about = 'number of the version';
  taxonomy
    .command('versions')
    .description('the newest versions: who published them, and when')
    .action(async () => {
      await using database = await openDatabase(config());
      const versions = await listTaxonomies(database.db, { below: 2_147_483_647, limit: LISTED });
      const rows = versions.map(({ version, publishedBy, publishedAt, restoredFrom, categories }, at) => [
        `${version}${at === 0 ? ', in force' : ''}`,
        publishedAt.toISOString().slice(0, 16),
        publishedBy,
        String(categories),
        restoredFrom === null ? '' : `version ${restoredFrom} anew`,
      ]);
      const text = table([['version', 'published', 'by', 'categories', 'what'], ...rows]);
      screen.show(versions, versions.length === 0 ? 'No taxonomy was published yet.' : text);
    });
  taxonomy
    .command('diff')
    .description('in what a version differs from another, or the one in force from it')
    .argument('<from>', about, readVersion)
    .argument('[to]', `${about}; the one in force by default`, readVersion)
    .addHelpText('after', '\nExample:\n  $ usher taxonomy diff 3 4')
    .action(async (from: number, to: number | undefined) => {
      await using database = await openDatabase(config());
      const { db } = database;
      const before = await versionOf(db, from);
      const after = await versionOf(db, to ?? (await currentTaxonomyVersion(db)));
      const changes = compareTaxonomies(before.taxonomy, after.taxonomy);
      const head = ['where', 'what', 'before', 'after'];
      const text = changes.length === 0 ? 'They are the same.' : table([head, ...changes.map(rowOf)]);
      screen.show({ from: before.version, to: after.version, changes }, text);
    });
  taxonomy
    .command('rollback')
    .description('publish an old version anew; workers take it up within seconds')
    .argument('<version>', about, readVersion)
    .option('--expect <version>', 'roll back only if this version is in force', readVersion)
    .addHelpText('after', '\nExample:\n  $ usher taxonomy rollback 3')
    .action(async (wanted: number, options: { expect?: number }) => {
      await using database = await openDatabase(config());
      const old = await versionOf(database.db, wanted);
      const expectedVersion = options.expect ?? (await currentTaxonomyVersion(database.db));
      if (old.version === expectedVersion)
        throw new CannotDo('version_in_force', `Version ${wanted} is in force already.`);
      const version = await publishTaxonomy(database.db, old.taxonomy, {
        actor: 'usher taxonomy',
        expectedVersion,
        restoredFrom: old.version,
      });
      await hint(database.queueUrl, [{ name: 'learn', payload: {} }]);
      screen.show({ version, restored_from: old.version }, `Version ${old.version} is in force again, as ${version}.`);
    });
}

async function versionOf(db: Db, version: number): Promise<PublishedTaxonomy> {
  const found = await findTaxonomy(db, version);
  if (found !== undefined) return found;
  throw new CannotDo('unknown_version', `There is no version ${version}. usher taxonomy versions lists them.`);
}

/** Characters of a text in a column. */
const WIDEST = 60;

function rowOf({ category, subcategory, what, before, after }: TaxonomyChange): string[] {
  const where = [category ?? 'the list', ...(subcategory === null ? [] : [subcategory])].join('/');
  return [where, what.replace('_', ' '), cell(before), cell(after)];
}

function cell(text: string | null): string {
  if (text === null) return '–';
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
}
