import { findConnector } from '@usher/core/connectors/registry';
import type { Config } from '@usher/core/config';
import { loadPull, type Pull, removePull } from '@usher/db/pulls';
import { findSource, listSources, removeSource, type Source } from '@usher/db/sources';
import type { Command } from 'commander';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import { unknownSource } from '../sources/open.ts';
import { sourceDocument, webhookUrl } from '../sources/say.ts';
import type { Surroundings } from '../surroundings.ts';
import { addSourceAdd } from './sources-add.ts';
import { addSourcePull } from './sources-pull.ts';
import { addSourceRotate } from './sources-rotate.ts';
import { addSourceTest } from './sources-test.ts';

export function addSources(program: Command, surroundings: Surroundings): void {
  const sources = program.command('sources').description('who sends tickets: helpdesks and API clients');
  addList(sources, surroundings);
  addSourceAdd(sources, surroundings);
  addSourceTest(sources, surroundings);
  addSourceRotate(sources, surroundings);
  addSourcePull(sources, surroundings);
  addRemove(sources, surroundings);
}

function addList(sources: Command, { config, screen }: Surroundings): void {
  sources
    .command('list')
    .description('every source')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listSources(database.db);
      const rows = listed.map(({ id, name, connector }) => {
        const url = connector === 'api' ? '' : webhookUrl(config(), name);
        return [String(id), name, connector, url];
      });
      const documents = listed.map((source) => sourceDocument(source, config()));
      screen.show(documents, table([['id', 'name', 'connector', 'webhook URL'], ...rows]));
    });
  sources
    .command('show')
    .description('one source with its settings and where its webhook is set up, without secrets')
    .argument('<name>', 'name of the source')
    .action(async (name: string) => {
      await using database = await openDatabase(config());
      const source = await findSource(database.db, name);
      if (source === undefined || source.removedAt !== null) throw unknownSource(name);
      const pull = (await loadPull(database.db, source.id))?.pull;
      screen.show(...shown(source, pull, config()));
    });
}

/** A source and how it is asked, for programs and for people. */
function shown(source: Source, pull: Pull | undefined, config: Config): [Record<string, unknown>, string] {
  const { name, connector: kind, settings } = source;
  const connector = findConnector(kind);
  const setup = connector?.setup.replaceAll('{url}', webhookUrl(config, name)) ?? null;
  const document = { ...sourceDocument(source, config), pull: pull === undefined ? null : pullDocument(pull), setup };
  const lines = [
    `${name}: ${connector?.title ?? kind}, ${pullText(pull)}`,
    JSON.stringify(settings, null, 2),
    setup ?? '',
  ];
  return [document, lines.join('\n').trim()];
}

function pullDocument({ everyMs, pulledAt, lastError }: Pull): Record<string, unknown> {
  return { every_ms: everyMs, last: pulledAt?.toISOString() ?? null, error: lastError };
}

function pullText(pull: Pull | undefined): string {
  if (pull === undefined) return 'never asked';
  const error = pull.lastError === null ? '' : `, last: ${pull.lastError}`;
  return `asked every ${pull.everyMs / 60_000} minutes${error}`;
}

function addRemove(sources: Command, { config, screen }: Surroundings): void {
  sources
    .command('remove')
    .description('take no more tickets from a source and forget its settings and secrets; its tickets stay')
    .argument('<name>', 'name of the source')
    .action(async (name: string) => {
      await using database = await openDatabase(config());
      const source = await findSource(database.db, name);
      const isRemoved = await removeSource(database.db, { name, actor: 'usher sources' });
      if (!isRemoved || source === undefined) throw unknownSource(name);
      await removePull(database.db, source.id);
      screen.show(
        { source: name, removed: true },
        `${name} is removed; its tickets stay. Take the webhook out of the helpdesk, too.`,
      );
    });
}
