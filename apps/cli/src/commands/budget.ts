import { findSource } from '@usher/db/sources';
import { writeAudit } from '@usher/db/audit';
import { limitedSources, setDailyLimit, spentToday } from '@usher/db/spending';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const MICRO = 1_000_000;
const MOST_USD = 1_000_000;

export function addBudget(program: Command, { config, screen }: Surroundings): void {
  const budget = program.command('budget').description('what Claude may cost on a day, in all and for each source');
  budget
    .command('today')
    .description('what was spent today (UTC) of each limit; calls in flight count at what they cost at most')
    .action(async () => {
      const { dailyMicroUsd } = config();
      await using database = await openDatabase(config());
      const [limited, spent] = [await limitedSources(database.db), await spentToday(database.db)];
      const spentOf = (purse: number) => spent.find((one) => one.purse === purse)?.spentMicroUsd ?? 0;
      const purses = [
        ...(dailyMicroUsd === null ? [] : [{ whose: 'everybody', purse: 0, limit: dailyMicroUsd }]),
        ...limited.map((source) => ({ whose: source.name, purse: source.sourceId, limit: source.dailyMicroUsd })),
      ].map(({ whose, purse, limit }) => ({ whose, spentMicroUsd: spentOf(purse), limitMicroUsd: limit }));
      const rows = purses.map(({ whose, spentMicroUsd, limitMicroUsd }) => [
        whose,
        dollars(spentMicroUsd),
        dollars(limitMicroUsd),
        limitMicroUsd === 0 ? 'none' : `${Math.floor((100 * spentMicroUsd) / limitMicroUsd)} %`,
      ]);
      const document = purses.map(({ whose, spentMicroUsd, limitMicroUsd }) => ({
        whose,
        spent_micro_usd: spentMicroUsd,
        limit_micro_usd: limitMicroUsd,
      }));
      const none = 'There is no limit: set USHER_DAILY_USD for everybody, or usher budget limit for a source.';
      screen.show(document, rows.length === 0 ? none : table([['whose', 'spent', 'limit', 'used'], ...rows]));
    });
  budget
    .command('limit')
    .description("set what one source's tickets may cost on a day (UTC)")
    .argument('<source>', 'name of the source')
    .argument('[usd]', 'US dollars, such as 5 or 0.50')
    .option('--remove', 'no limit of its own any more')
    .addHelpText('after', '\nExample:\n  $ usher budget limit api 5')
    .action(async (name: string, usd: string | undefined, options: { remove?: boolean }) => {
      const dailyMicroUsd = options.remove === true ? null : readDollars(usd);
      await using database = await openDatabase(config());
      const source = await findSource(database.db, name);
      if (source === undefined) {
        throw new CannotDo('unknown_source', `There is no source ${name}. usher sources list shows them.`);
      }
      await setDailyLimit(database.db, source.id, dailyMicroUsd);
      const detail = { dailyMicroUsd };
      await writeAudit(database.db, { actor: 'usher budget', verb: 'budget.limited', subject: name, detail });
      const text =
        dailyMicroUsd === null
          ? `${name} has no limit of its own any more.`
          : `Tickets of ${name} may cost ${dollars(dailyMicroUsd)} on a day.`;
      screen.show({ source: name, daily_micro_usd: dailyMicroUsd }, text);
    });
}

function readDollars(text: string | undefined): number {
  const usd = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  if (usd >= 0 && usd <= MOST_USD) return Math.round(usd * MICRO);
  throw new CannotDo('bad_amount', 'Give the limit in US dollars, such as 5 or 0.50, or --remove.');
}

function dollars(microUsd: number): string {
  return `$${(microUsd / MICRO).toFixed(microUsd % 10_000 === 0 ? 2 : 6)}`;
}
