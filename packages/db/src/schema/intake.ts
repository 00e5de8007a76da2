import type { Outcome } from '@usher/core/connectors/reading';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes } from './bytes.ts';
import { moment, ownId } from './columns.ts';
import { sources } from './sources.ts';

/** Deliveries that were taken in, for ever: by the vendor's id, and by what was signed where that id is not. */
export const incoming = pgTable(
  'incoming',
  {
    sourceId: integer('source_id')
      .notNull()
      .references(() => sources.id),
    key: bytes('key').notNull(),
    receivedAt: moment('received_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.key] })],
);

/** Whether something is still to be fetched, was, or is not there any more. */
export type FetchState = 'pending' | 'done' | 'gone';

/**
 * What must be fetched from a helpdesk: the outbox of intake. `asked` grows with every event that wants the same, so that one
 * which comes while we fetch is not taken for done.
 */
export const fetches = pgTable(
  'fetches',
  {
    id: ownId(),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sources.id),
    externalId: text('external_id').notNull(),
    kind: text('kind').$type<'text' | 'close'>().notNull(),
    requests: jsonb('requests').$type<HelpdeskRequest[]>().notNull().default([]),
    outcome: jsonb('outcome').$type<Outcome>(),
    asked: integer('asked').notNull().default(1),
    state: text('state').$type<FetchState>().notNull().default('pending'),
    failures: integer('failures').notNull().default(0),
    lastError: text('last_error'),
    dueAt: moment('due_at').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    endedAt: moment('ended_at'),
  },
  (table) => [
    uniqueIndex('fetches_one_pending')
      .on(table.sourceId, table.externalId, table.kind)
      .where(sql`${table.state} = 'pending'`),
    index('fetches_due')
      .on(table.dueAt)
      .where(sql`${table.state} = 'pending'`),
  ],
);
