import { Basis, type Report, ReportFilter, ReportName } from '@usher/core/reports/report';
import { VolumeStep } from '@usher/core/reports/volume';
import type { Db } from '@usher/db/connect';
import { reportAccuracy } from '@usher/db/reports/accuracy';
import { reportCalibration } from '@usher/db/reports/calibration';
import { reportFunnel } from '@usher/db/reports/funnel';
import { reportLearning } from '@usher/db/reports/learning';
import { reportLatency } from '@usher/db/reports/latency';
import { reportOverlap, reportSuspicious } from '@usher/db/reports/model-in-force';
import { reportRisk } from '@usher/db/reports/risk';
import { reportVolume } from '@usher/db/reports/volume';
import { wereTicketsRemoved } from '@usher/db/retention';
import { rebuildRollups } from '@usher/db/rollup/roll-up';
import type { Command } from 'commander';
import { z } from 'zod';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import type { Screen } from '../screen.ts';
import { showReport } from '../show-report.ts';
import type { Surroundings } from '../surroundings.ts';

/** Lines of a list at most. */
const LINES = 60;

/** How long a rebuild waits for what is being written at its start, in milliseconds. */
const PATIENCE_MS = 60_000;

const Options = ReportFilter.extend({
  basis: Basis.default('assumed'),
  by: VolumeStep.default('day'),
  table: z.string().optional(),
  csv: z.boolean().default(false),
});
type Options = z.output<typeof Options>;

const readers: Record<ReportName, (db: Db, options: Options) => Promise<Report<unknown>>> = {
  accuracy: reportAccuracy,
  calibration: (db, options) => reportCalibration(db, options, Math.random),
  volume: (db, { by, ...options }) => reportVolume(db, { ...options, step: by, limit: LINES }),
  latency: reportLatency,
  funnel: reportFunnel,
  risk: reportRisk,
  learning: reportLearning,
  suspicious: (db) => reportSuspicious(db, { limit: LINES }),
  overlap: (db) => reportOverlap(db, { limit: LINES }),
};

export function addReport(program: Command, { config, screen }: Surroundings): void {
  program
    .command('report')
    .description('figures about tickets, predictions and time, each with its n and 95 % interval')
    .argument('[name]', ReportName.options.join(', '), 'accuracy')
    .option('--from <day>', 'first day (UTC), such as 2026-01-31')
    .option('--before <day>', 'first day that counts no more')
    .option('--source <name>', 'only tickets of this source')
    .option('--engine <name>', "only this engine's suggestions: claude or local")
    .option('--basis <basis>', 'for accuracy: assumed (silence counts as right), judged or audit', 'assumed')
    .option('--by <step>', 'for volume: day or hour', 'day')
    .option('--csv', 'print one table as CSV')
    .option('--table <name>', 'which table to print')
    .option('--rebuild', 'count everything anew first; takes minutes for millions of tickets')
    .addHelpText(
      'after',
      '\nExamples:\n  $ usher report\n  $ usher report latency --from 2026-01-01 --json\n  $ usher report accuracy --csv --table confusion > confusion.csv',
    )
    .action(async (name: string, { rebuild, ...given }: { rebuild?: boolean } & Record<string, unknown>) => {
      const report = readName(name);
      const options = readOptions(given);
      await using database = await openDatabase(config());
      if (rebuild === true) await rebuildAll(database.db, screen);
      showReport(await readers[report](database.db, options), options, screen);
    });
}

function readName(given: string): ReportName {
  const read = ReportName.safeParse(given);
  if (read.success) return read.data;
  throw new CannotDo('unknown_report', `There is no report "${given}". Known are: ${ReportName.options.join(', ')}.`);
}

function readOptions(given: unknown): Options {
  const read = Options.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
  throw new CannotDo('bad_options', problems.join('\n'));
}

async function rebuildAll(db: Db, screen: Screen): Promise<void> {
  if (await wereTicketsRemoved(db)) {
    throw new CannotDo(
      'tickets_removed',
      'Old tickets were removed (usher retention), and counting everything anew would forget them. The reports are right as they are.',
    );
  }
  const progress = (left: number, of: number) =>
    screen.remark(`Counted ${of - left} of ${of} facts (${Math.floor((100 * (of - left)) / of)} %) …`);
  if (await rebuildRollups(db, { patienceMs: PATIENCE_MS, progress })) return;
  throw new CannotDo(
    'writers_at_work',
    'Something has been writing to the database for a minute, such as a large import: try again when it is done.',
  );
}
