import type { Action } from '@usher/core/decide';
import type { Lane } from '@usher/core/ticket';
import {
  bigint,
  boolean,
  date,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';
import type { OutcomeVia } from './learning.ts';

/** Kinds of fact that are added up, each table by its numbers. */
export type CountedFacts =
  | 'tickets'
  | 'ticket_revisions'
  | 'classifications'
  | 'decisions'
  | 'blind_audits'
  | 'outcomes';

/** What is counted by the hour in which it happened. */
export type VolumeEvent =
  | 'received'
  | 'revised'
  | `decided_${Action}`
  | 'decided_shadow'
  | 'corrected'
  | 'accepted'
  | 'handed_in_time'
  | 'handed_late'
  | 'drawn_for_audit';

/** Whose word holds: what was said last, whoever said it; or what a blind audit said, whatever was said later. */
export type RollupBasis = 'newest' | 'audit';

const count = (name: string) => bigint(name, { mode: 'number' }).notNull();
const day = () => date('day', { mode: 'string' }).notNull();

/** Up to which number each kind of fact is in the rollups. */
export const rollupCursors = pgTable('rollup_cursors', {
  facts: text('facts').$type<CountedFacts>().primaryKey(),
  upTo: count('up_to'),
});

/** What came in and what became of it, by the hour (UTC). */
export const hourlyVolume = pgTable(
  'hourly_volume',
  {
    hour: moment('hour').notNull(),
    sourceId: integer('source_id').notNull(),
    event: text('event').$type<VolumeEvent>().notNull(),
    n: count('n'),
  },
  (table) => [unique('hourly_volume_cell').on(table.hour, table.sourceId, table.event)],
);

/** What came in and was decided by engines, by the minute, for the last two days. */
export const minuteVolume = pgTable(
  'minute_volume',
  {
    minute: moment('minute').notNull(),
    event: text('event').$type<'received' | 'revised' | 'decided'>().notNull(),
    n: count('n'),
  },
  (table) => [primaryKey({ columns: [table.minute, table.event] })],
);

/** What Claude answered and was paid for, by the minute of the answer, for the last two days. Input as it counts towards the limits. */
export const minuteCalls = pgTable(
  'minute_calls',
  {
    minute: moment('minute').notNull(),
    model: text('model').notNull(),
    calls: count('calls'),
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    costMicroUsd: count('cost_micro_usd'),
  },
  (table) => [primaryKey({ columns: [table.minute, table.model] })],
);

/** Which tickets came in an hour (UTC): none of them has a number outside these two, so that a list by time need not look at others. */
export const ticketHours = pgTable('ticket_hours', {
  hour: moment('hour').primaryKey(),
  firstId: count('first_id'),
  lastId: count('last_id'),
});

/** Engine decisions by what was predicted and what people said it really is, by the day of the decision (UTC). */
export const dailyOutcomes = pgTable(
  'daily_outcomes',
  {
    day: day(),
    basis: text('basis').$type<RollupBasis>().notNull(),
    sourceId: integer('source_id').notNull(),
    /** Whose suggestion it was; `reused` where an earlier answer to the same text was taken over. */
    engine: text('engine').notNull(),
    action: text('action').$type<Action>().notNull(),
    shadow: boolean('shadow').notNull(),
    predicted: text('predicted'),
    /** Null while nobody said anything. */
    truth: text('truth'),
    origin: text('origin').$type<OutcomeVia>(),
    n: count('n'),
  },
  (table) => [
    unique('daily_outcomes_cell')
      .on(
        table.day,
        table.basis,
        table.sourceId,
        table.engine,
        table.action,
        table.shadow,
        table.predicted,
        table.truth,
        table.origin,
      )
      .nullsNotDistinct(),
  ],
);

/** Predictions by how sure they were, in fifteen bins of equal width, by the day of the decision (UTC). */
export const dailyConfidence = pgTable(
  'daily_confidence',
  {
    day: day(),
    basis: text('basis').$type<RollupBasis>().notNull(),
    sourceId: integer('source_id').notNull(),
    engine: text('engine').notNull(),
    action: text('action').$type<Action>().notNull(),
    shadow: boolean('shadow').notNull(),
    calibrated: boolean('calibrated').notNull(),
    origin: text('origin').$type<OutcomeVia>(),
    bin: smallint('bin').notNull(),
    n: count('n'),
    /** Of those about which somebody said something. */
    correct: count('correct'),
    /** In ten-thousandths, so that adding and taking away stays exact. */
    confidenceSum: count('confidence_sum'),
  },
  (table) => [
    unique('daily_confidence_cell')
      .on(
        table.day,
        table.basis,
        table.sourceId,
        table.engine,
        table.action,
        table.shadow,
        table.calibrated,
        table.origin,
        table.bin,
      )
      .nullsNotDistinct(),
  ],
);

/** Durations in buckets that grow by a tenth, by the day of their end (UTC): a text's way to its decision, or an engine's answer. */
export const dailyLatency = pgTable(
  'daily_latency',
  {
    day: day(),
    sourceId: integer('source_id').notNull(),
    lane: text('lane').$type<Lane>().notNull(),
    /** `decision`, or the engine that answered. */
    what: text('what').notNull(),
    bucket: smallint('bucket').notNull(),
    n: count('n'),
  },
  (table) => [unique('daily_latency_cell').on(table.day, table.sourceId, table.lane, table.what, table.bucket)],
);

/** What days (UTC) cost that are over, once and for all: by model, source and predicted category, and in all. The last is there for every day that was added up. */
export const dailyCosts = pgTable(
  'daily_costs',
  {
    day: day(),
    group: text('group').$type<'all' | 'model' | 'source' | 'category'>().notNull(),
    key: text('key').notNull(),
    tickets: count('tickets'),
    calls: count('calls'),
    reused: count('reused'),
    costMicroUsd: count('cost_micro_usd'),
    /** The squares of what each text cost, added up; from them and the sum comes the deviation. */
    squares: numeric('squares', { mode: 'number' }).notNull(),
    inputTokens: count('input_tokens'),
    cacheReadTokens: count('cache_read_tokens'),
    outputTokens: count('output_tokens'),
  },
  (table) => [primaryKey({ columns: [table.day, table.group, table.key] })],
);
