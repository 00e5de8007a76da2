import { clearLabeller, listFlaggedLabellers } from '@usher/db/labellers';
import { wilson } from '@usher/core/wilson';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

export function addLabellers(program: Command, { config, screen }: Surroundings): void {
  const labellers = program.command('labellers').description('who contradicts everybody else, and is not followed');
  labellers
    .command('list')
    .description('everybody who was flagged, with the figures that say so')
    .action(async () => {
      await using database = await openDatabase(config());
      const flagged = await listFlaggedLabellers(database.db);
      const rows = flagged.map(({ name, figures, clearedAt }) => [
        name,
        clearedAt === null ? 'not followed' : 'cleared',
        figures === null ? '' : contradicted(figures.contradicted, figures.n),
        figures === null ? '' : contradicted(figures.othersContradicted, figures.othersN),
      ]);
      const head = ['labeller', 'state', 'contradicts the model where it is sure', 'others do'];
      screen.show(flagged, rows.length === 0 ? 'Nobody was flagged.' : table([head, ...rows]));
    });
  labellers
    .command('clear')
    .description('say that somebody is right after all: their labels count again')
    .argument('<name>', 'as usher labellers list shows it')
    .action(async (name: string) => {
      await using database = await openDatabase(config());
      if (!(await clearLabeller(database.db, { name, actor: 'usher labellers' })))
        throw new CannotDo('unknown_labeller', `Nobody called "${name}" was flagged.`);
      await hint(database.queueUrl, [{ name: 'learn', payload: {} }]);
      screen.show({ cleared: name }, `${name} is followed again.`);
    });
}

function contradicted(count: number, n: number): string {
  const share = wilson(count, n);
  if (share === null) return 'no labels';
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  return `${percent(share.share)} (${percent(share.low)} to ${percent(share.high)}, n = ${n})`;
}
