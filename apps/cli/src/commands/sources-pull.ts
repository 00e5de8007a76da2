import { Duration } from '@usher/core/duration';
import type { Db } from '@usher/db/connect';
import { loadPull, removePull, setPull } from '@usher/db/pulls';
import type { OpenSource } from '@usher/db/sources';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { connectorOf, openNamed } from '../sources/open.ts';
import type { Surroundings } from '../surroundings.ts';

interface Given {
  every?: string;
  since?: string;
  stop?: boolean;
}

const EVERY_MS = 5 * 60_000;
const SHORTEST_MS = 60_000;

export function addSourcePull(sources: Command, surroundings: Surroundings): void {
  sources
    .command('pull')
    .description('ask a helpdesk for changed tickets, now and from now on; the workers do it')
    .argument('<name>', 'name of the source')
    .option('--every <interval>', 'how often, such as 5m; every 5 minutes unless said')
    .option('--since <span>', 'begin anew with what changed in a span, such as 7d')
    .option('--stop', 'do not ask any more')
    .action((name: string, given: Given) => pull(name, given, surroundings));
}

async function pull(name: string, given: Given, surroundings: Surroundings): Promise<void> {
  const { config, screen } = surroundings;
  await using database = await openDatabase(config());
  const source = await openNamed(database.db, name, config());
  // Waited for, because the database is closed behind it.
  if (given.stop === true) return await stop(database.db, source, surroundings);
  const wanted = await wantedPull(database.db, source, given);
  await setPull(database.db, { sourceId: source.id, ...wanted });
  await hint(database.queueUrl, [{ name: 'pull', payload: { sourceId: source.id } }]);
  const { everyMs } = wanted;
  const text = `${name} is asked now and every ${everyMs / 60_000} minutes. usher sources show ${name} says how that goes.`;
  screen.show({ source: name, every_ms: everyMs }, text);
}

async function stop(db: Db, { id, name }: OpenSource, { screen }: Surroundings): Promise<void> {
  const wasPulled = await removePull(db, id);
  const text = `${name} is not asked any more${wasPulled ? '' : '; it was not before'}.`;
  screen.show({ source: name, every_ms: null }, text);
}

/** How often, and from where on: as asked, else as before, else every five minutes from now on. */
async function wantedPull(db: Db, { id, connector: kind, settings }: OpenSource, { every, since }: Given) {
  const connector = connectorOf(kind);
  const recipe = connector.open(settings).pull;
  if (recipe === null) {
    throw new CannotDo('no_pull', `${connector.title} cannot be asked for changed tickets; its webhook tells them.`);
  }
  const before = (await loadPull(db, id))?.pull;
  const everyMs = every === undefined ? (before?.everyMs ?? EVERY_MS) : spanOf(every, SHORTEST_MS);
  const from = new Date(Date.now() - (since === undefined ? 0 : spanOf(since, 0)));
  const kept = since === undefined ? before?.cursor : undefined;
  return { everyMs, cursor: kept ?? recipe.start(from) };
}

function spanOf(text: string, shortestMs: number): number {
  const read = Duration.safeParse(text);
  if (read.success && read.data >= shortestMs) return read.data;
  const least = shortestMs === 0 ? '' : `, at least ${shortestMs / 1_000}s`;
  throw new CannotDo(
    'interval_invalid',
    `"${text}" is not a span of time: use a number and a unit, such as 15m or 7d${least}.`,
  );
}
