import { setTimeout as pause } from 'node:timers/promises';
import { type Backfill, countWaiting, findBackfill, findBackfillOf, startBackfill } from '@usher/db/backfill/backfills';
import { cancelBackfill } from '@usher/db/backfill/cancel';
import type { Db } from '@usher/db/connect';
import { ensureSource } from '@usher/db/sources';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { type Command, Option } from 'commander';
import { FIELDS } from '../backfill/columns.ts';
import { dryRun } from '../backfill/dry-run.ts';
import { importFile, type Imported } from '../backfill/import-file.ts';
import { showProgress } from '../backfill/progress.ts';
import type { ReadRules } from '../backfill/read-parts.ts';
import { changedFlags } from '../backfill/same-flags.ts';
import { openText, STDIN, type TextFile } from '../backfill/read-text.ts';
import { readSettings, type BackfillSettings } from '../backfill/settings.ts';
import { showImport } from '../backfill/show.ts';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { readSourceName } from '../source-name.ts';
import type { Surroundings } from '../surroundings.ts';
import { addBackfillControl } from './backfill-control.ts';

const LOOK_EVERY_MS = 2_000;

export function addBackfill(program: Command, surroundings: Surroundings): void {
  const backfill = program
    .command('backfill')
    .description('take in a history of tickets from files: CSV, JSON Lines or JSON, gzipped or not')
    .argument('[files...]', `files to read; ${STDIN} is standard input`)
    .option('--source <name>', 'source to which the tickets belong, as with webhooks', 'api')
    .option('--dry-run', 'read and check everything, store nothing')
    .option('--shadow', 'classify and score, assign and announce nothing')
    .option('--classify', 'classify tickets that have a category in the file, too')
    .option('--batch', "use Claude's Message Batches, at half the price and within a day")
    .option('--limit <count>', 'stop after so many tickets; a later run goes on there')
    .option('--since <date>', 'pass over tickets that were created before')
    .option('--rate <count>', 'store at most so many tickets a second')
    .option('--priority <number>', 'among waiting backfills, higher ones are classified first', '0')
    .option('--strict', 'stop at the first record that cannot be used')
    .option('--again', 'read a file once more that was read to its end')
    .option('--wait', 'wait until every ticket is classified')
    .option('--rejects <file>', 'where records go that cannot be used; FILE.rejects.jsonl by default')
    .option('--label <from=to...>', 'what a category of the file is called in the taxonomy')
    .option('--delimiter <character>', 'between the columns of CSV; guessed by default')
    .option('--encoding <name>', 'such as windows-1252; UTF-8 and UTF-16 are known by themselves')
    .addOption(
      new Option('--dates <order>', 'how to read dates such as 03/04/2026').choices(['dmy', 'mdy']).default('dmy'),
    )
    .addHelpText('after', EXAMPLES);
  for (const field of FIELDS) backfill.option(`--${field.replace('_', '-')} <column>`, `column with the ${field}`);
  backfill.action(async (files: string[], options: Record<string, unknown>) => {
    if (files.length === 0) throw new CannotDo('no_file', 'Name a file to read, or - for standard input.');
    await runBackfill(files, readSettings(options), surroundings);
  });
  addBackfillControl(backfill, surroundings);
}

const EXAMPLES = `
Columns are found by the names that exports of Zendesk, Freshdesk and Jira have, or named by you.
A run that was stopped goes on where it was when the same command is given again.

Examples:
  $ usher backfill tickets.csv --shadow
  $ usher backfill export.jsonl.gz --source zendesk --since 2026-01-01
  $ usher backfill history.csv --id Nr --subject Betreff --body Text --category Thema --label "Rechnung=billing"
  $ usher backfill status`;

async function runBackfill(files: readonly string[], settings: BackfillSettings, surroundings: Surroundings) {
  const { config, screen } = surroundings;
  const name = readSourceName(settings.source);
  await using database = await openDatabase(config());
  const { db } = database;
  const published = await currentTaxonomy(db);
  const rules: ReadRules = { ...settings.rules, columns: settings.columns, taxonomy: published?.taxonomy };
  const documents: unknown[] = [];
  const texts: string[] = [];
  for (const path of files) {
    const file = await openText(path, { encoding: settings.encoding, stdin: process.stdin });
    const shown = settings.isDryRun
      ? await dryRun(file, rules)
      : await runFile(file, { db, settings, rules, sourceId: (await ensureSource(db, name)).id, surroundings });
    documents.push(shown.document);
    texts.push(shown.text);
  }
  screen.show(documents.length === 1 ? documents[0] : documents, texts.join('\n\n'));
}

interface Run {
  db: Db;
  settings: BackfillSettings;
  rules: ReadRules;
  sourceId: number;
  surroundings: Surroundings;
}

async function runFile(file: TextFile, { db, settings, rules, sourceId, surroundings: { screen } }: Run) {
  const backfill = await beginOrGoOn(file, { db, settings, sourceId });
  if (backfill.position > 0) screen.remark(`${file.file}: goes on after record ${backfill.position}.`);
  const { size } = file;
  const progress = showProgress({ screen, name: file.file, size, before: backfill.position, terminal: process.stderr });
  const rejectPath = settings.rejects ?? `${file.file === STDIN ? 'stdin' : file.file}.rejects.jsonl`;
  const { encoding, isForBatch, isLabelledDue } = settings;
  let imported: Imported;
  try {
    imported = await importFile({
      db,
      file,
      encoding,
      backfill,
      rules,
      isForBatch,
      isLabelledDue,
      rejectPath,
      progress,
    });
  } finally {
    progress.stop();
  }
  if (settings.isWaiting) await waitForDecisions(db, backfill, (text) => screen.remark(text));
  const seconds = (performance.now() - progress.startedAt) / 1_000;
  const now = (await findBackfill(db, backfill.id)) ?? backfill;
  return showImport({ backfill: now, before: backfill, imported, rejectPath, seconds });
}

async function beginOrGoOn(file: TextFile, { db, settings, sourceId }: Omit<Run, 'rules' | 'surroundings'>) {
  const { fingerprint } = file;
  const known = await findBackfillOf(db, { sourceId, fingerprint });
  if (known?.state === 'importing' && (await mayGoOn(db, known, settings))) return known;
  if (known?.state === 'imported' && !settings.isAgain) {
    throw new CannotDo('imported_before', `${file.file} was read as backfill ${known.id}. --again reads it once more.`);
  }
  const { isShadow, priority, options } = settings;
  return startBackfill(db, { sourceId, file: file.file, fingerprint, options, isShadow, priority });
}

/** One file must not become half one thing and half another; where nothing of it is stored, it begins anew. */
async function mayGoOn(db: Db, { id, position, options }: Backfill, settings: BackfillSettings): Promise<boolean> {
  const changed = changedFlags(options, settings.options);
  if (changed.length === 0) return true;
  if (position === 0) {
    await cancelBackfill(db, id);
    return false;
  }
  throw new CannotDo(
    'flags_changed',
    `Backfill ${id} of this file is not read to its end, and began otherwise: ${changed.join(', ')}. ` +
      `Give the flags it began with to go on, or usher backfill cancel ${id} to begin anew.`,
  );
}

async function waitForDecisions(db: Db, { id }: Backfill, remark: (text: string) => void): Promise<void> {
  const startedAt = performance.now();
  const first = await countWaiting(db, id);
  for (let left = first; left > 0; left = await countWaiting(db, id)) {
    const rate = (first - left) / ((performance.now() - startedAt) / 1_000);
    const time = rate > 0 ? `, ${Math.ceil(left / rate)} s left at ${rate.toFixed(1)}/s` : '';
    remark(`Backfill ${id}: ${left} tickets wait for a decision${time}`);
    await pause(LOOK_EVERY_MS);
  }
}
