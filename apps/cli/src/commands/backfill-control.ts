import { countWaiting, findBackfill, holdBackfill, listBackfills } from '@usher/db/backfill/backfills';
import { cancelBackfill } from '@usher/db/backfill/cancel';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

/** Adds what is done with backfills that run or ran. */
export function addBackfillControl(backfill: Command, surroundings: Surroundings): void {
  backfill
    .command('status')
    .description('every backfill: how far it is read and how many of its tickets wait')
    .action(() => showStatus(surroundings));
  backfill
    .command('pause')
    .description('stop reading and classifying for now')
    .argument('<number>', 'number of the backfill')
    .action((number: string) => hold(number, true, surroundings));
  backfill
    .command('resume')
    .description('go on; a run that waits does so by itself, one that ended is started by its command')
    .argument('<number>', 'number of the backfill')
    .action((number: string) => hold(number, false, surroundings));
  backfill
    .command('cancel')
    .description('stop for good and delete those of its tickets about which nothing is known yet')
    .argument('<number>', 'number of the backfill')
    .action((number: string) => cancel(number, surroundings));
}

async function showStatus({ config, screen }: Surroundings): Promise<void> {
  await using database = await openDatabase(config());
  const documents = [];
  for (const backfill of await listBackfills(database.db)) {
    const { id, source, file, state, isHeld, position, created, revised, duplicate, labelled, refused } = backfill;
    const waiting = await countWaiting(database.db, id);
    const shown = { id, source, file, state: isHeld ? 'paused' : state, read: position, created, revised, duplicate };
    documents.push({ ...shown, labelled, refused, waiting, changed_at: backfill.changedAt.toISOString() });
  }
  const columns = ['id', 'source', 'file', 'state', 'read', 'created', 'duplicate', 'refused', 'waiting'] as const;
  const rows = documents.map((document) => columns.map((column) => String(document[column])));
  screen.show(documents, rows.length === 0 ? 'There is no backfill yet.' : table([[...columns], ...rows]));
}

async function hold(given: string, isHeld: boolean, { config, screen }: Surroundings): Promise<void> {
  const id = readNumber(given);
  await using database = await openDatabase(config());
  const found = await findBackfill(database.db, id);
  if (found === undefined) throw unknown(id);
  if (found.state === 'cancelled') throw new CannotDo('cancelled', `Backfill ${id} was cancelled.`);
  await holdBackfill(database.db, id, isHeld);
  const what = isHeld
    ? `Backfill ${id} is paused: no more of it is read or given to the workers; what they have in hand ends.`
    : `Backfill ${id} goes on.${found.state === 'importing' ? ` If its run has ended: usher backfill ${found.file}` : ''}`;
  screen.show({ backfill: id, paused: isHeld }, what);
}

async function cancel(given: string, { config, screen }: Surroundings): Promise<void> {
  const id = readNumber(given);
  await using database = await openDatabase(config());
  if ((await findBackfill(database.db, id)) === undefined) throw unknown(id);
  const deleted = await cancelBackfill(database.db, id);
  screen.show({ backfill: id, deleted }, `Backfill ${id} is cancelled; ${deleted} tickets that waited are deleted.`);
}

function readNumber(given: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new CannotDo('number_invalid', `"${given}" is no number of a backfill. usher backfill status shows them.`);
}

function unknown(id: number): CannotDo {
  return new CannotDo('unknown_backfill', `There is no backfill ${id}. usher backfill status shows them.`);
}
