import type { OutboundEvent } from '@usher/core/outbound-event';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { Sealed } from '../vault.ts';
import { moment } from './columns.ts';
import { sources } from './sources.ts';

/**
 * Addresses that are told about decisions, signed per Standard Webhooks. `oldSecret` signs too until its time is over;
 * secrets are sealed, and forgotten once the endpoint is removed. The deliveries of a removed endpoint keep its row.
 */
export const endpoints = pgTable('endpoints', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  url: text('url').notNull(),
  description: text('description'),
  events: text('events').array().$type<OutboundEvent[]>().notNull(),
  /** Only tickets of this source; null for those of every source. */
  sourceId: integer('source_id').references(() => sources.id),
  secret: text('secret').$type<Sealed>(),
  oldSecret: text('old_secret').$type<Sealed>(),
  oldSecretUntil: moment('old_secret_until'),
  disabledAt: moment('disabled_at'),
  /** `gone` where the endpoint answered 410, `by_hand` where somebody disabled it. */
  disabledWhy: text('disabled_why').$type<'gone' | 'by_hand'>(),
  removedAt: moment('removed_at'),
  createdAt: moment('created_at').notNull().defaultNow(),
});
