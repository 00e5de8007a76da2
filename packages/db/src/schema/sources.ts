import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { moment, ownId } from './columns.ts';

/** Helpdesk accounts and API clients that send tickets, each with its own outbound webhook. */
export const sources = pgTable('sources', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull().unique(),
  connector: text('connector').notNull().default('api'),
  webhookUrl: text('webhook_url'),
  webhookSecret: text('webhook_secret'),
  createdAt: moment('created_at').notNull().defaultNow(),
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
