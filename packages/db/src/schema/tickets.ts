import { type Action, type DecisionReason, UnreadReason } from '@usher/core/decide';
import type { Priority } from '@usher/core/priority';
import type { BatchPlace, Lane, TicketState } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import type { Metadata } from '../metadata.ts';
import { idOf, moment, ownId } from './columns.ts';

const unread = UnreadReason.options.map((reason) => `'${reason}'`).join(', ');

/**
 * One row a ticket: the newest text, whether work is due (the outbox), and the projection of the newest decision.
 * `starts` counts how often work on this revision began without an end.
 */
export const tickets = pgTable(
  'tickets',
  {
    id: ownId(),
    // No foreign keys here and for backfills: neither is ever deleted, and a sixth of a backfill's time would go into the checks.
    sourceId: integer('source_id').notNull(),
    externalId: text('external_id').notNull(),
    revision: integer('revision').notNull().default(1),
    subject: text('subject').notNull(),
    body: text('body').notNull(),
    textHash: text('text_hash').notNull(),
    requester: text('requester'),
    channel: text('channel'),
    language: text('language'),
    metadata: jsonb('metadata').$type<Metadata>().notNull().default({}),
    createdAt: moment('created_at'),
    writtenAt: moment('written_at'),
    receivedAt: moment('received_at').notNull().defaultNow(),
    revisedAt: moment('revised_at').notNull().defaultNow(),

    lane: text('lane').$type<Lane>().notNull(),
    // 0 for a ticket that came by itself.
    backfillId: integer('backfill_id').notNull().default(0),
    batch: text('batch').$type<BatchPlace>(),
    state: text('state').$type<TicketState>().notNull().default('received'),
    dueAt: moment('due_at').notNull().defaultNow(),
    starts: smallint('starts').notNull().default(0),

    decisionId: idOf('decision_id'),
    action: text('action').$type<Action>(),
    reason: text('reason').$type<DecisionReason>(),
    category: text('category'),
    subcategory: text('subcategory'),
    team: text('team'),
    priority: text('priority').$type<Priority>(),
    slaHours: real('sla_hours'),
    slaDueAt: moment('sla_due_at'),
    confidence: real('confidence'),
    isCalibrated: boolean('is_calibrated'),
    note: text('note'),
    decidedAt: moment('decided_at'),

    /** What the engine predicted for the newest text, also in shadow mode. */
    predicted: text('predicted'),
    /** What somebody said that the newest text is about; null while nobody did. */
    truth: text('truth'),
  },
  (table) => [
    unique('tickets_source_external').on(table.sourceId, table.externalId),
    index('tickets_due')
      .on(table.lane, table.backfillId, table.dueAt, table.id, table.revision)
      .where(sql`${table.state} = 'received' and ${table.batch} is null`),
    index('tickets_awaiting_batch')
      .on(table.id)
      .where(sql`${table.state} = 'received' and ${table.batch} = 'awaiting'`),
    index('tickets_in_review')
      .on(table.slaDueAt, table.id)
      .where(sql`${table.state} in ('triaged', 'suggested')`),
    // Where nothing was predicted, so that somebody may try again.
    index('tickets_unread')
      .on(table.id)
      .where(sql`${table.state} = 'triaged' and ${table.reason} in (${sql.raw(unread)})`),
    index('tickets_by_state').on(table.state, table.id),
    // A waiting ticket has neither, and need not be in them.
    index('tickets_by_team')
      .on(table.team, table.id)
      .where(sql`${table.team} is not null`),
    index('tickets_by_category')
      .on(table.category, table.id)
      .where(sql`${table.category} is not null`),
    index('tickets_by_source').on(table.sourceId, table.id),
    // Subjects only: with bodies of a hundred words in it, storing a ticket takes four times as long. Without those that wait, which
    // would enter it twice, when they come and when they are decided: a third of a backfill's time.
    index('tickets_by_words')
      .using('gin', sql`to_tsvector('simple', ${table.subject})`)
      .where(sql`${table.state} <> 'received'`),
    index('tickets_by_predicted')
      .on(table.predicted, table.id)
      .where(sql`${table.predicted} is not null`),
    index('tickets_judged')
      .on(table.predicted, table.truth, table.id)
      .where(sql`${table.truth} is not null`),
  ],
);

/** Texts that a ticket had before, and late arrivals that were older than the newest. */
export const ticketRevisions = pgTable(
  'ticket_revisions',
  {
    id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity(),
    ticketId: idOf('ticket_id')
      .notNull()
      .references(() => tickets.id),
    revision: integer('revision').notNull(),
    subject: text('subject').notNull(),
    body: text('body').notNull(),
    textHash: text('text_hash').notNull(),
    writtenAt: moment('written_at'),
    receivedAt: moment('received_at').notNull(),
    /** Null for a text that never was the newest. */
    lane: text('lane').$type<Lane>(),
    /** When another text of the ticket came in, newer or older than this one. */
    keptAt: moment('kept_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.ticketId, table.revision] }),
    index('ticket_revisions_text').on(table.ticketId, table.textHash),
    index('ticket_revisions_counted').on(table.id),
  ],
);
