import { countOld, type Removed, removeOld } from '@usher/db/retention';
import { type Command, InvalidArgumentError } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import type { Surroundings } from '../surroundings.ts';

const DAY_MS = 86_400_000;

interface Options {
  days?: number;
  dryRun?: boolean;
}

export function addRetention(program: Command, { config, screen }: Surroundings): void {
  program
    .command('retention')
    .description('remove tickets to which nothing happened for so many days, with all that was derived from them')
    .option('--days <count>', 'days for which tickets are kept; USHER_RETENTION_DAYS unless said', readDays)
    .option('--dry-run', 'only say how many would be removed')
    .addHelpText(
      'after',
      '\nWhat is removed is gone for good: texts, decisions, corrections, examples. Reports keep what they counted.\n' +
        'With USHER_RETENTION_DAYS set, a worker does this once a day.\n' +
        '\nExamples:\n  $ usher retention --dry-run\n  $ usher retention --days 365',
    )
    .action(async ({ days: given, dryRun }: Options) => {
      const settings = config();
      const days = given ?? settings.USHER_RETENTION_DAYS;
      if (days === undefined) {
        throw new CannotDo('no_retention', 'Tickets are kept for ever. Set USHER_RETENTION_DAYS, or say --days 365.');
      }
      await using database = await openDatabase(settings);
      const before = new Date(Date.now() - days * DAY_MS);
      const since = before.toISOString().slice(0, 16).replace('T', ' ');
      if (dryRun === true) {
        const { tickets, oldest } = await countOld(database.db, before);
        const document = { days, before: before.toISOString(), tickets, oldest: oldest?.toISOString() ?? null };
        screen.show(
          document,
          `Tickets to which nothing happened since ${since} (UTC): ${tickets}. Nothing was removed.`,
        );
        return;
      }
      const progress = ({ tickets, looked }: Removed) => {
        screen.remark(`Removed ${tickets} of ${looked} that are as old …`);
        return true;
      };
      const removed = await removeOld(database.db, { before, actor: 'usher retention', progress });
      if (removed === null) throw behind();
      const document = { days, before: before.toISOString(), ...removed };
      screen.show(document, `Tickets removed to which nothing happened since ${since} (UTC): ${removed.tickets}.`);
    });
}

function readDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 36_500) {
    throw new InvalidArgumentError('It must be a whole number of days, 1 to 36500.');
  }
  return Number(text);
}

function behind(): CannotDo {
  return new CannotDo(
    'not_counted',
    'The reports have not counted everything yet, and nothing is removed before: try again in a minute.',
  );
}
