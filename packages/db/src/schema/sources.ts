import { bigint, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Sealed } from '../vault.ts';
import { idOf, moment, ownId } from './columns.ts';

/**
 * Helpdesk accounts and API clients that send tickets. `connector` is `api` for the latter; `settings` have the form that the
 * connector gives them, and `secrets` are sealed. Once its tickets are there, a source is never deleted, only removed.
 */
export const sources = pgTable('sources', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull().unique(),
  connector: text('connector').notNull().default('api'),
  settings: jsonb('settings').$type<Record<string, unknown>>().notNull().default({}),
  secrets: text('secrets').$type<Sealed>(),
  /** Makes it impossible to foresee which tickets are drawn for a blind audit. */
  auditSalt: uuid('audit_salt').notNull().defaultRandom(),
  /** What its tickets may cost on one day (UTC), in micro-dollars; null is no limit of its own. */
  dailyMicroUsd: bigint('daily_micro_usd', { mode: 'number' }),
  createdAt: moment('created_at').notNull().defaultNow(),
  removedAt: moment('removed_at'),
});

/** Sources from which we ask for tickets ourselves, how often, and how far we came. */
export const pulls = pgTable('pulls', {
  sourceId: integer('source_id')
    .primaryKey()
    .references(() => sources.id),
  everyMs: idOf('every_ms').notNull(),
  /** Where the next pull goes on, in the connector's own words; null before the first. */
  cursor: text('cursor'),
  dueAt: moment('due_at').notNull(),
  pulledAt: moment('pulled_at'),
  failures: integer('failures').notNull().default(0),
  lastError: text('last_error'),
});

/** Keys of API clients; only a hash is kept, the prefix is for recognising one. */
export const apiKeys = pgTable('api_keys', {
  id: ownId(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: text('scopes').array().notNull(),
  sourceId: integer('source_id')
    .notNull()
    .references(() => sources.id),
  createdAt: moment('created_at').notNull().defaultNow(),
  revokedAt: moment('revoked_at'),
});
