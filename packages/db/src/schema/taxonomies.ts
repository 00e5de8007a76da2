import type { ClaudeCalibration } from '@usher/core/evaluation/claude-calibration';
import type { EngineName } from '@usher/core/engine';
import type { Thresholds } from '@usher/core/release';
import type { Taxonomy } from '@usher/core/taxonomy';
import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes } from './bytes.ts';
import { idOf, moment, ownId } from './columns.ts';

/** Every published version of the category list; the highest number is the one in force. */
export const taxonomies = pgTable('taxonomies', {
  version: integer('version').primaryKey(),
  document: jsonb('document').$type<Taxonomy>().notNull(),
  publishedBy: text('published_by').notNull(),
  publishedAt: moment('published_at').notNull().defaultNow(),
  /** The version that was published anew; null for one that was written. */
  restoredFrom: integer('restored_from'),
});

/** What became of a version of the local model: it may be in force, it did worse than the one in force, or it was taken back. */
export type LocalModelState = 'accepted' | 'refused' | 'rolled_back';

/** Versions of the local model; of a taxonomy's accepted ones the pinned one is in force, else the highest number. */
export const localModels = pgTable('local_models', {
  id: ownId(),
  taxonomyVersion: integer('taxonomy_version')
    .notNull()
    .references(() => taxonomies.version),
  learntFrom: idOf('learnt_from').notNull(),
  /** How many labelled examples it learnt from. */
  examples: integer('examples').notNull().default(0),
  state: text('state').$type<LocalModelState>().notNull().default('accepted'),
  /** Why it was refused or taken back. */
  reason: text('reason'),
  isPinned: boolean('is_pinned').notNull().default(false),
  figures: jsonb('figures').$type<unknown>().notNull(),
  /** What became of the texts that were held out of its training; see HeldOutText. */
  heldOut: jsonb('held_out').$type<unknown>().notNull().default([]),
  /** Null once it was pruned. */
  content: bytes('content'),
  createdAt: moment('created_at').notNull().defaultNow(),
});

/** How far Claude's answers can be trusted, fitted on outcomes; the newest of a model counts. Rows are never changed. */
export const calibrators = pgTable('calibrators', {
  id: ownId(),
  model: text('model').notNull(),
  calibration: jsonb('calibration').$type<ClaudeCalibration>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});

/** Taxonomy, prompt, models and thresholds under one number; rows are never changed. */
export const releases = pgTable('releases', {
  id: ownId(),
  fingerprint: text('fingerprint').notNull().unique(),
  taxonomyVersion: integer('taxonomy_version')
    .notNull()
    .references(() => taxonomies.version),
  promptVersion: text('prompt_version').notNull(),
  engine: text('engine').$type<EngineName>().notNull(),
  model: text('model').notNull(),
  hardModel: text('hard_model').notNull(),
  localModel: idOf('local_model').references(() => localModels.id),
  calibrator: idOf('calibrator').references(() => calibrators.id),
  thresholds: jsonb('thresholds').$type<Thresholds>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});
