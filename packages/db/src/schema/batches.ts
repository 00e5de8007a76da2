import { type ChunkState, openStates } from '@usher/core/batches/chunk';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';
import { releases } from './taxonomies.ts';
import { tickets } from './tickets.ts';

/** What became of a ticket in a chunk. `dropped` ones needed no answer any more when the chunk was sent. */
export type MemberState = 'waiting' | 'answered' | 'again' | 'queue' | 'held' | 'dropped';

/** What was taken out of the day's money for the requests of one source, until the batch is read. */
export interface HeldMoney {
  sourceId: number;
  worstMicroUsd: number;
  taken: {
    kind: 'taken';
    day: string;
    purses: readonly { purse: number; spentMicroUsd: number; limitMicroUsd: number }[];
  };
}

const counted = (name: string) => integer(name).notNull().default(0);

/**
 * Tickets that are classified in one Message Batch, written down before it is sent. `batchId` is Claude's, null as long as
 * nobody is sure that there is one. `starts` counts steps that began without an end, `failures` those in a row that failed.
 */
export const batchChunks = pgTable(
  'batch_chunks',
  {
    id: ownId(),
    key: text('key').notNull().unique(),
    state: text('state').$type<ChunkState>().notNull().default('written'),
    releaseId: idOf('release_id')
      .notNull()
      .references(() => releases.id),
    model: text('model').notNull(),
    batchId: text('batch_id').unique(),
    newestBefore: text('newest_before'),
    tickets: integer('tickets').notNull(),
    requests: counted('requests'),
    bytes: counted('bytes'),
    answered: counted('answered'),
    errored: counted('errored'),
    expired: counted('expired'),
    canceled: counted('canceled'),
    costMicroUsd: idOf('cost_micro_usd').notNull().default(0),
    money: jsonb('money').$type<HeldMoney[]>().notNull().default([]),
    reason: text('reason'),
    starts: smallint('starts').notNull().default(0),
    failures: smallint('failures').notNull().default(0),
    dueAt: moment('due_at').notNull().defaultNow(),
    cancelAskedAt: moment('cancel_asked_at'),
    writtenAt: moment('written_at').notNull().defaultNow(),
    sentAt: moment('sent_at'),
    endedAt: moment('ended_at'),
  },
  (table) => [
    index('batch_chunks_due')
      .on(table.dueAt)
      .where(sql`${table.state} in (${sql.raw(openStates.map((state) => `'${state}'`).join(', '))})`),
  ],
);

/** The tickets of each chunk. `tries` counts the chunks of this revision that were to answer it, this one included. */
export const batchMembers = pgTable(
  'batch_members',
  {
    chunkId: idOf('chunk_id')
      .notNull()
      .references(() => batchChunks.id),
    ticketId: idOf('ticket_id')
      .notNull()
      .references(() => tickets.id),
    revision: integer('revision').notNull(),
    state: text('state').$type<MemberState>().notNull().default('waiting'),
    tries: smallint('tries').notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.chunkId, table.ticketId, table.revision] }),
    index('batch_members_by_ticket').on(table.ticketId),
  ],
);
