import { bigint, boolean, integer, jsonb, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';
import { sources } from './sources.ts';

/** Whether the rows of a backfill are still read, were all read, or shall not be. */
export type BackfillState = 'importing' | 'imported' | 'cancelled';

const count = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/**
 * Histories that are or were imported. `position` counts the records that were read and whose tickets are committed, and
 * changes in the same transaction as those; `reject_bytes` says how long the reject file was then. A held backfill is
 * neither read on nor given to the workers.
 */
export const backfills = pgTable('backfills', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  sourceId: integer('source_id')
    .notNull()
    .references(() => sources.id),
  file: text('file').notNull(),
  fingerprint: text('fingerprint').notNull(),
  options: jsonb('options').$type<unknown>().notNull(),
  state: text('state').$type<BackfillState>().notNull().default('importing'),
  isHeld: boolean('is_held').notNull().default(false),
  isShadow: boolean('is_shadow').notNull().default(false),
  priority: smallint('priority').notNull().default(0),
  position: count('position'),
  rejectBytes: count('reject_bytes'),
  created: count('created'),
  revised: count('revised'),
  duplicate: count('duplicate'),
  labelled: count('labelled'),
  skipped: count('skipped'),
  refused: count('refused'),
  startedAt: moment('started_at').notNull().defaultNow(),
  changedAt: moment('changed_at').notNull().defaultNow(),
});
