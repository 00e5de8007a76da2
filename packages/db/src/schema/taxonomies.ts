import type { EngineName } from '@usher/core/engine';
import type { Thresholds } from '@usher/core/release';
import type { Taxonomy } from '@usher/core/taxonomy';
import { integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes } from './bytes.ts';
import { idOf, moment, ownId } from './columns.ts';

/** Every published version of the category list; the highest number is the one in force. */
export const taxonomies = pgTable('taxonomies', {
  version: integer('version').primaryKey(),
  document: jsonb('document').$type<Taxonomy>().notNull(),
  publishedBy: text('published_by').notNull(),
  publishedAt: moment('published_at').notNull().defaultNow(),
});

/** Versions of the local model; the highest number is the one in force. */
export const localModels = pgTable('local_models', {
  id: ownId(),
  taxonomyVersion: integer('taxonomy_version')
    .notNull()
    .references(() => taxonomies.version),
  learntFrom: idOf('learnt_from').notNull(),
  figures: jsonb('figures').$type<unknown>().notNull(),
  content: bytes('content').notNull(),
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
  thresholds: jsonb('thresholds').$type<Thresholds>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});
