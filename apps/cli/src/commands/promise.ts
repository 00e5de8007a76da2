import { Risk } from '@usher/core/evaluation/standing-promise';
import type { Share } from '@usher/core/wilson';
import { findCategory } from '@usher/core/taxonomy';
import { dropPromise, listPromises, setPromise, type StoredPromise } from '@usher/db/promises';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { type Command, InvalidArgumentError } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const ACTOR = 'usher promise';

export function addPromise(program: Command, surroundings: Surroundings): void {
  const { config, screen } = surroundings;
  const promise = program
    .command('promise')
    .description('what share may be wrong among the automated, and how that stands');
  promise
    .command('list')
    .description('every promise with the outcomes that it rests on')
    .action(async () => {
      await using database = await openDatabase(config());
      const promises = await listPromises(database.db);
      screen.show(promises, asText(promises));
    });
  promise
    .command('set')
    .description('allow so many of the automated to be wrong, in percent; for one category or for all')
    .argument('<percent>', 'such as 5', readRisk)
    .option('--category <key>', 'the category that has a promise of its own')
    .addHelpText('after', '\nExamples:\n  $ usher promise set 5\n  $ usher promise set 1 --category account_access')
    .action(async (risk: number, { category }: { category?: string }) => {
      await using database = await openDatabase(config());
      const { db } = database;
      const published = await currentTaxonomy(db);
      const found =
        category === undefined || published === undefined ? undefined : findCategory(published.taxonomy, category);
      if (category !== undefined && found === undefined) {
        const known = published?.taxonomy.categories.map(({ key }) => key).join(', ') ?? 'none';
        throw new CannotDo('unknown_category', `There is no category "${category}". Known are: ${known}.`);
      }
      await setPromise(db, { category: found?.key ?? null, risk, actor: ACTOR });
      await hint(database.queueUrl, [{ name: 'learn', payload: {} }]);
      const promises = await listPromises(db);
      screen.show(promises, `Set. Workers look at the outcomes within seconds.\n\n${asText(promises)}`);
    });
  promise
    .command('drop')
    .description("take a category's own promise away; the one for all holds then")
    .argument('<category>', 'key of the category')
    .action(async (category: string) => {
      await using database = await openDatabase(config());
      if (!(await dropPromise(database.db, { category, actor: ACTOR })))
        throw new CannotDo('unknown_promise', `The category "${category}" has no promise of its own.`);
      const promises = await listPromises(database.db);
      screen.show(promises, asText(promises));
    });
}

function readRisk(text: string): number {
  const read = Risk.safeParse(Number(text.replace(/\s*%$/, '')) / 100);
  if (!read.success) throw new InvalidArgumentError('It must be a percentage from 0.1 to 50.');
  return read.data;
}

const STATES = { offered: 'kept', not_offered: 'too little data', withdrawn: 'WITHDRAWN' } as const;

function asText(promises: readonly StoredPromise[]): string {
  const head = ['category', 'wrong at most', 'state', 'automated from', 'wrong', '95 % interval', 'n'];
  return table([head, ...promises.map(rowOf)]);
}

function rowOf({ category, risk, state, threshold, evidence }: StoredPromise): string[] {
  const automated = threshold?.toFixed(3) ?? '0.700, the default';
  const wrong = evidence?.wrong ?? null;
  return [
    category ?? 'all',
    percent(risk),
    STATES[state],
    state === 'withdrawn' ? 'nothing is' : automated,
    ...(wrong === null ? ['–', '', '0'] : counted(wrong)),
  ];
}

function counted({ share, low, high, n }: Share & { n: number }): string[] {
  return [percent(share), `${percent(low)} to ${percent(high)}`, String(n)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
