import { type CostFigures, type CostReport, costReport } from '@usher/core/cost-report';
import { priceNotice } from '@usher/core/price';
import { sumCosts } from '@usher/db/costs';
import { readPrices } from '@usher/engines/claude/prices';
import type { Command } from 'commander';
import { z } from 'zod';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const DEFAULT_SPAN_MS = 30 * 86_400_000;

const When = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text));

export function addCost(program: Command, { config, screen }: Surroundings): void {
  program
    .command('cost')
    .description('what tickets cost, in all and by day, model, source and category')
    .option('--from <when>', 'answers given from here on, such as 2026-11-01; 30 days before the end by default')
    .option('--until <when>', 'answers given before; now by default')
    .addHelpText('after', '\nExample:\n  $ usher cost --from 2026-11-01 --until 2026-12-01')
    .action(async (options: { from?: string; until?: string }) => {
      const settings = config();
      const span = spanOf(options);
      const prices = readPrices(settings.USHER_PRICES);
      await using database = await openDatabase(settings);
      const lines = await sumCosts(database.db, span);
      const models = lines.flatMap(({ group, key, calls }) => (group === 'model' && calls > 0 ? [key] : []));
      const report = costReport(lines, { ...span, prices: priceNotice(prices, models, Date.now()) });
      screen.show(report, asText(report));
    });
}

function spanOf(options: { from?: string; until?: string }): { from: Date; until: Date } {
  const until = readWhen('until', options.until) ?? new Date();
  const from = readWhen('from', options.from) ?? new Date(until.getTime() - DEFAULT_SPAN_MS);
  if (from >= until) throw new CannotDo('bad_span', 'The time in --from must lie before the one in --until.');
  return { from, until };
}

function readWhen(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const read = When.safeParse(text);
  if (read.success) return read.data;
  throw new CannotDo(
    'bad_time',
    `--${name} must be a date such as 2026-11-01 or a moment such as 2026-11-01T09:30:00Z.`,
  );
}

function asText(report: CostReport): string {
  if (report.tickets === 0) return 'No engine answered about a ticket in this time, so there is nothing to report.';
  const lines = [
    { name: 'all', ...report },
    ...report.by_day.map((line) => ({ name: line.day, ...line })),
    ...report.by_model.map((line) => ({ name: line.model, ...line })),
    ...report.by_source.map((line) => ({ name: `source ${line.source}`, ...line })),
    ...report.by_category.map((line) => ({ name: `category ${line.category}`, ...line })),
  ];
  const head = ['', 'tickets', 'calls', 'reused', 'cost', 'a 1,000 tickets', '95 % interval', 'cached input'];
  return `${table([head, ...lines.map(rowOf)])}\n\n${report.note}`;
}

function rowOf(line: CostFigures & { name: string }): string[] {
  const { name, tickets, calls, reused, interval } = line;
  return [
    name,
    String(tickets),
    String(calls),
    String(reused),
    dollars(line.cost_micro_usd / 1_000_000),
    line.cost_per_1000_tickets === null ? '–' : dollars(line.cost_per_1000_tickets),
    interval === null ? 'too few' : `${dollars(interval.low)} to ${dollars(interval.high)}`,
    line.cached_share === null ? '–' : `${(100 * line.cached_share).toFixed(1)} %`,
  ];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}
