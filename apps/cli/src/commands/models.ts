import {
  listModels,
  type ModelChange,
  modelInForce,
  type ModelVersion,
  pinModel,
  rollBackModel,
  unpinModel,
} from '@usher/db/local-models';
import type { Db } from '@usher/db/connect';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const LISTED = 50;
const ACTOR = 'usher models';

/** What is shown of a version's figures; what it was judged on before outcomes were known may be missing. */
const Figures = z
  .object({ n: z.number(), accuracy: z.number().optional(), macroF1: z.number().optional() })
  .catch({ n: 0 });

export function addModels(program: Command, surroundings: Surroundings): void {
  const models = program.command('models').description('show the versions of the local model, and take one back');
  models
    .command('list')
    .description('every version that was learnt, what became of it, and how it does on texts that it had not seen')
    .action(() => show(surroundings));
  models
    .command('rollback')
    .description('return to the version before; learning goes on, and a new version must do no worse than that one')
    .action(() => change(surroundings, (db, taxonomyVersion) => rollBackModel(db, { taxonomyVersion, actor: ACTOR })));
  models
    .command('use')
    .description('put a version in force until it is unpinned, whatever is learnt meanwhile')
    .argument('<version>', 'number of the version', readVersion)
    .addHelpText('after', '\nExample:\n  $ usher models use 12')
    .action((version: number) =>
      change(surroundings, (db, taxonomyVersion) => pinModel(db, version, { taxonomyVersion, actor: ACTOR })),
    );
  models
    .command('unpin')
    .description('let the newest accepted version be in force again')
    .action(() => change(surroundings, (db, taxonomyVersion) => unpinModel(db, { taxonomyVersion, actor: ACTOR })));
}

function readVersion(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be the number of a version.');
  return Number(text);
}

async function show({ config, screen }: Surroundings): Promise<void> {
  await using database = await openDatabase(config());
  const inForce = await modelInForce(database.db, await currentTaxonomyVersion(database.db));
  const versions = await listModels(database.db, { limit: LISTED });
  const document = versions.map((version) => ({ ...version, inForce: version.id === inForce }));
  const rows = document.map((version) => rowOf(version));
  const head = ['version', 'state', 'taxonomy', 'examples', 'accuracy', 'macro-F1', 'n', 'learnt', 'why'];
  screen.show(document, versions.length === 0 ? 'No local model was learnt yet.' : table([head, ...rows]));
}

function rowOf(version: ModelVersion & { inForce: boolean }): string[] {
  const { n, accuracy, macroF1 } = Figures.parse(version.figures);
  const state = version.inForce
    ? version.isPinned
      ? 'in force, pinned'
      : 'in force'
    : version.state.replace('_', ' ');
  return [
    String(version.id),
    version.isKept ? state : `${state}, pruned`,
    String(version.taxonomyVersion),
    String(version.examples),
    percent(accuracy),
    percent(macroF1),
    String(n),
    version.learntAt.toISOString().slice(0, 16),
    version.reason ?? '',
  ];
}

function percent(share: number | undefined): string {
  return share === undefined ? 'nothing to judge on' : `${(100 * share).toFixed(1)} %`;
}

const REASONS: Record<Exclude<ModelChange['kind'], 'changed'>, string> = {
  unknown: 'There is no such version. usher models list shows them.',
  pruned: 'The bytes of this version were pruned; only newer ones can be put in force.',
  other_taxonomy: 'This version knows another taxonomy than the one in force.',
  no_other: 'There is no other accepted version for the taxonomy in force.',
};

async function change(
  { config, screen }: Surroundings,
  make: (db: Db, taxonomyVersion: number) => Promise<ModelChange>,
): Promise<void> {
  await using database = await openDatabase(config());
  const made = await make(database.db, await currentTaxonomyVersion(database.db));
  if (made.kind !== 'changed') throw new CannotDo(`model_${made.kind}`, REASONS[made.kind]);
  screen.show(
    { in_force: made.inForce },
    `Version ${made.inForce} is in force; workers take it up within about a second.`,
  );
}
