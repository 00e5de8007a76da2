import { type AccuracyReport, accuracyReport } from '@usher/core/accuracy-report';
import { countCorrect } from '@usher/db/accuracy';
import type { Command } from 'commander';
import { openDatabase } from '../open-database.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../screen.ts';

export function addReport(program: Command, { config, screen }: Surroundings): void {
  program
    .command('report')
    .description('how often predictions were not corrected, in all and by category')
    .addHelpText('after', '\nExample:\n  $ usher report --json')
    .action(async () => {
      await using database = await openDatabase(config());
      const report = accuracyReport(await countCorrect(database.db));
      screen.show(report, asText(report));
    });
}

function asText(report: AccuracyReport): string {
  if (report.total === 0) return 'Nothing was predicted yet, so there is nothing to report.';
  const rows = [...report.by_category, { ...report, category: 'all' }].map((line) => [
    line.category,
    String(line.total),
    String(line.correct),
    percent(line.accuracy),
    line.interval === null ? '' : `${percent(line.interval.low)} to ${percent(line.interval.high)}`,
  ]);
  return `${table([['category', 'total', 'correct', 'accuracy', '95 % interval'], ...rows])}\n\n${report.note}`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}
