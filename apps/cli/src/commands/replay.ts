import { Duration } from '@usher/core/duration';
import { type PastDecision, differences, redecide, type ReplayedPair, replayReport } from '@usher/core/replay';
import type { Thresholds } from '@usher/core/release';
import type { Report } from '@usher/core/reports/report';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { Db } from '@usher/db/connect';
import { examplesBelow } from '@usher/db/examples';
import { findTicket } from '@usher/db/find-ticket';
import { loadLocalModel, modelInForce } from '@usher/db/local-models';
import { findPastDecision, listPastDecisions } from '@usher/db/past-decisions';
import { currentThresholds } from '@usher/db/promises';
import { currentTaxonomy, findTaxonomy } from '@usher/db/taxonomies';
import { parseTicketId } from '@usher/db/ticket-id';
import { deserialise } from '@usher/engines/local/serialise';
import { decideWith, previewTaxonomy } from '@usher/engines/preview';
import type { Command } from 'commander';
import { z } from 'zod';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { type Screen, table } from '../screen.ts';
import { showReport } from '../show-report.ts';
import type { Surroundings } from '../surroundings.ts';
import { readTaxonomyFile } from '../taxonomy-file.ts';

/** Labelled texts that a draft of the taxonomy is learnt from. */
const MOST_EXAMPLES = 20_000;

const NOTES = {
  stored: 'After: what engines said then, decided by the taxonomy and thresholds given. Nothing was called or changed.',
  local:
    'After: the local model in force. It may have learnt from these very tickets, so its accuracy on them flatters. Nothing was changed.',
};

const Options = z.object({
  since: z
    .union(
      [
        Duration.transform((span) => new Date(Date.now() - span)),
        z.iso.date().transform((day) => new Date(`${day}T00:00:00Z`)),
      ],
      { error: 'must be a span such as 7d, or a day such as 2026-01-31' },
    )
    .optional(),
  limit: z.coerce.number({ error: 'must be a whole number' }).int().min(1).max(100_000).default(1_000),
  threshold: z.coerce
    .number({ error: 'must be a number' })
    .min(0, 'must be 0 to 1')
    .max(1, 'must be 0 to 1')
    .optional(),
  taxonomy: z.string().optional(),
  engine: z.enum(['stored', 'local'], { error: 'must be stored or local' }).default('stored'),
});
type Options = z.output<typeof Options>;

export function addReplay(program: Command, { config, screen }: Surroundings): void {
  program
    .command('replay')
    .description('decide past tickets again with other rules and say what would change; acts on nothing, calls nobody')
    .argument('[ticket]', 'one ticket, such as api:T-1: is its decision reproduced from what was stored?')
    .option('--since <time>', 'only decisions since then: a span such as 7d, or a day (UTC)')
    .option('--limit <count>', 'newest decisions at most', '1000')
    .option(
      '--threshold <confidence>',
      'confidence from which a decision needs no person; of uncalibrated ones 0.7 is asked',
    )
    .option('--taxonomy <file>', 'a draft: the local model is learnt with the one in force and with it, and compared')
    .option('--engine <name>', 'stored takes what engines said then; local asks the local model in force', 'stored')
    .addHelpText(
      'after',
      '\nExamples:\n  $ usher replay --threshold 0.9 --since 7d\n  $ usher replay --taxonomy draft.yaml --limit 500\n  $ usher replay api:T-1',
    )
    .action(async (ticket: string | undefined, given: unknown) => {
      const options = readOptions(given);
      const draft = options.taxonomy === undefined ? undefined : await readTaxonomyFile(options.taxonomy);
      await using database = await openDatabase(config());
      if (ticket !== undefined) {
        await replayOne(database.db, ticket, screen);
        return;
      }
      const report = await replay(database.db, options, { draft, screen });
      showReport(report, {}, screen);
    });
}

function readOptions(given: unknown): Options {
  const read = Options.safeParse(given);
  if (read.success) return read.data;
  throw new CannotDo(
    'bad_options',
    read.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`).join('\n'),
  );
}

async function replay(
  db: Db,
  { since, limit, threshold, engine }: Options,
  { draft, screen }: { draft: Taxonomy | undefined; screen: Screen },
): Promise<Report<unknown>> {
  const past = await listPastDecisions(db, { since, limit });
  if (past.length === 0) throw new CannotDo('nothing_to_replay', 'No engine has decided a ticket in this time.');
  const published = await currentTaxonomy(db);
  if (published === undefined)
    throw new CannotDo('no_taxonomy', 'No taxonomy is published: run usher taxonomy publish.');
  const inForce = await currentThresholds(db);
  const thresholds = threshold === undefined ? inForce : { all: threshold, byCategory: {} };
  const { signal } = new AbortController();
  if (draft === undefined)
    return replayReport(await pairsOf(db, past, { thresholds, engine, published }), NOTES[engine]);
  screen.remark(`Learning the local model twice for ${past.length} tickets …`);
  const newest = await examplesBelow(db, { below: Number.MAX_SAFE_INTEGER, limit: MOST_EXAMPLES });
  const examples = newest.toReversed();
  return previewTaxonomy({ past, examples, current: published.taxonomy, draft, thresholds, mode: 'auto', signal });
}

interface Under {
  thresholds: Thresholds;
  engine: Options['engine'];
  published: { version: number; taxonomy: Taxonomy };
}

async function pairsOf(db: Db, past: readonly PastDecision[], under: Under): Promise<ReplayedPair[]> {
  const { taxonomy } = under.published;
  const model = under.engine === 'local' ? await localModel(db, under.published.version) : null;
  const pairs: ReplayedPair[] = [];
  for (const one of past) {
    const rules = { taxonomy, thresholds: under.thresholds, mode: one.mode };
    const { signal } = new AbortController();
    const after = model === null ? redecide(one, rules) : await decideWith(model, one, { ...rules, signal });
    pairs.push({ ticket: one.ticket, subject: one.subject, before: one.decision, after, truth: one.truth });
  }
  return pairs;
}

async function localModel(db: Db, taxonomyVersion: number) {
  const id = await modelInForce(db, taxonomyVersion);
  const bytes = id === null ? undefined : await loadLocalModel(db, id);
  if (bytes === undefined) throw new CannotDo('no_model', 'The local model is still to be learnt: start the service.');
  return deserialise(bytes);
}

async function replayOne(db: Db, name: string, screen: Screen): Promise<void> {
  const ticketId = parseTicketId(name);
  const found = ticketId === undefined ? undefined : await findTicket(db, ticketId);
  if (found === undefined)
    throw new CannotDo('unknown_ticket', `There is no ticket ${name}. Use source:id, such as api:T-1.`);
  const past = await findPastDecision(db, found.id);
  const published = past === undefined ? undefined : await findTaxonomy(db, past.taxonomyVersion);
  if (past === undefined || published === undefined)
    throw new CannotDo('nothing_to_replay', `No engine has decided ${name} yet.`);
  const { thresholds, mode, decision, releaseId } = past;
  const again = redecide(past, { taxonomy: published.taxonomy, thresholds, mode });
  const different = differences(decision, again);
  const verdict =
    different.length === 0
      ? `Reproduced exactly from release ${releaseId}.`
      : `Not reproduced from release ${releaseId}: ${different.join(', ')} differ.`;
  const rows = Object.entries(decision).map(([field, value]) => [
    field,
    String(value),
    String(Object.entries(again).find(([own]) => own === field)?.[1]),
  ]);
  const document = {
    ticket: past.ticket,
    release: releaseId,
    reproduced: different.length === 0,
    different,
    decision,
    again,
  };
  screen.show(document, `${table([['field', 'stored', 'again'], ...rows])}\n\n${verdict}`);
}
