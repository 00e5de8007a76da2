import type { PriceNotice } from './price.ts';
import { estimateColumns, type Table } from './reports/report.ts';

/** What was counted of one group of answers. */
export interface CostCount {
  /** Texts of tickets that an engine answered about; a changed text is another one. */
  tickets: number;
  /** Answers that Claude gave, usable or not. */
  calls: number;
  /** Texts that took over an earlier answer to the same text. */
  reused: number;
  costMicroUsd: number;
  /** Standard deviation of a text's cost, in millionths of a dollar; null for fewer than two texts. */
  deviation: number | null;
  /** All of it, cached or not. */
  inputTokens: number;
  cacheReadTokens: number;
  outputTokens: number;
}

/** The figures of one group of answers. */
export interface CostFigures {
  tickets: number;
  calls: number;
  reused: number;
  cost_micro_usd: number;
  /** Dollars; null when there is nothing to count. */
  cost_per_1000_tickets: number | null;
  /** 95 % interval of the cost per 1,000 tickets; null with fewer than 30, which is too little to tell. */
  interval: { low: number; high: number } | null;
  input_tokens: number;
  /** Share of the input that was read from the cache, 0 to 1; null without input. */
  cached_share: number | null;
  output_tokens: number;
}

/** What tickets cost, by day, model, source and category. */
export interface CostReport extends CostFigures {
  from: string;
  until: string;
  by_day: (CostFigures & { day: string })[];
  by_model: (CostFigures & { model: string })[];
  by_source: (CostFigures & { source: string })[];
  by_category: (CostFigures & { category: string })[];
  note: string;
}

/** Ways in which costs are grouped. */
export type CostGroup = 'all' | 'day' | 'model' | 'source' | 'category';

export interface CostLine extends CostCount {
  group: CostGroup;
  key: string;
}

/** Fewer texts than this say too little about the next thousand. */
const FEWEST_TICKETS = 30;
/** 97.5 % quantile of the standard normal distribution: two-sided 95 %. */
const Z = 1.959_963_985;

const NOTHING: CostCount = {
  tickets: 0,
  calls: 0,
  reused: 0,
  costMicroUsd: 0,
  deviation: null,
  inputTokens: 0,
  cacheReadTokens: 0,
  outputTokens: 0,
};

/** Puts the cost report together from its counts; `prices` says what is to be known about the prices in force. */
export function costReport(
  lines: readonly CostLine[],
  { from, until, prices }: { from: Date; until: Date; prices: PriceNotice },
): CostReport {
  const of = (group: CostGroup) => lines.filter((line) => line.group === group);
  return {
    from: from.toISOString(),
    until: until.toISOString(),
    ...figuresOf(of('all')[0] ?? NOTHING),
    by_day: of('day').map((line) => ({ day: line.key, ...figuresOf(line) })),
    by_model: of('model').map((line) => ({ model: line.key, ...figuresOf(line) })),
    by_source: of('source').map((line) => ({ source: line.key, ...figuresOf(line) })),
    by_category: of('category').map((line) => ({ category: line.key, ...figuresOf(line) })),
    note: noteOf(prices),
  };
}

/** The report as tables for spreadsheets, that by the day first; costs are US dollars. */
export function costTables({ by_day, by_model, by_source, by_category }: CostReport): Readonly<Record<string, Table>> {
  return {
    days: tableOf(
      'day',
      by_day.map((line) => [line.day, line]),
    ),
    models: tableOf(
      'model',
      by_model.map((line) => [line.model, line]),
    ),
    sources: tableOf(
      'source',
      by_source.map((line) => [line.source, line]),
    ),
    categories: tableOf(
      'category',
      by_category.map((line) => [line.category, line]),
    ),
  };
}

function tableOf(of: string, lines: readonly (readonly [key: string, figures: CostFigures])[]): Table {
  return {
    columns: [
      [of, 'text'],
      ['tickets', 'count'],
      ['calls', 'count'],
      ['reused', 'count'],
      ['cost_usd', 'number'],
      ...estimateColumns('cost_per_1000_tickets', 'number'),
      ['input_tokens', 'count'],
      ['cached_share', 'share'],
      ['output_tokens', 'count'],
    ],
    rows: lines.map(([key, line]) => [
      key,
      line.tickets,
      line.calls,
      line.reused,
      line.cost_micro_usd / 1e6,
      line.cost_per_1000_tickets,
      line.interval?.low ?? null,
      line.interval?.high ?? null,
      line.input_tokens,
      line.cached_share,
      line.output_tokens,
    ]),
  };
}

function figuresOf(count: CostCount): CostFigures {
  return {
    tickets: count.tickets,
    calls: count.calls,
    reused: count.reused,
    cost_micro_usd: count.costMicroUsd,
    cost_per_1000_tickets: count.tickets === 0 ? null : dollarsPer1000(count.costMicroUsd / count.tickets),
    interval: intervalOf(count),
    input_tokens: count.inputTokens,
    cached_share: count.inputTokens === 0 ? null : count.cacheReadTokens / count.inputTokens,
    output_tokens: count.outputTokens,
  };
}

/** The mean's normal interval, which holds for many texts however uneven their costs. */
function intervalOf({ tickets, costMicroUsd, deviation }: CostCount): CostFigures['interval'] {
  if (tickets < FEWEST_TICKETS || deviation === null) return null;
  const mean = costMicroUsd / tickets;
  const half = (Z * deviation) / Math.sqrt(tickets);
  return { low: dollarsPer1000(Math.max(0, mean - half)), high: dollarsPer1000(mean + half) };
}

/** A text's cost in millionths of a dollar as dollars for a thousand, to a tenth of a cent. */
function dollarsPer1000(microUsd: number): number {
  return Math.round(microUsd) / 1_000;
}

/** Says which prices the costs come from, and what is wrong with them. */
function noteOf({ date, isOld, unlisted }: PriceNotice): string {
  const sentences = [
    `Every answer is counted at the price of the day on which it was given, refused and unusable ones too; the prices in force are of ${date}.`,
  ];
  if (isOld) sentences.push('They are older than half a year: compare them with the price page.');
  if (unlisted.length > 0)
    sentences.push(`No price is listed for ${unlisted.join(', ')}; the dearest listed model's is counted instead.`);
  return sentences.join(' ');
}
