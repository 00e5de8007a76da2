import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';
import { decisions } from './facts.ts';
import { sources } from './sources.ts';
import { tickets } from './tickets.ts';

/** Whether a delivery is still to be made, arrived, or was given up. */
export type DeliveryState = 'pending' | 'delivered' | 'dead';

/** What a source is told about. */
export type DeliveryEvent = 'ticket.decided' | 'ticket.corrected';

/** Telling the outside about a decision: the outbox of the outbound webhooks. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: ownId(),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sources.id),
    ticketId: idOf('ticket_id')
      .notNull()
      .references(() => tickets.id),
    decisionId: idOf('decision_id')
      .notNull()
      .references(() => decisions.id),
    event: text('event').$type<DeliveryEvent>().notNull(),
    state: text('state').$type<DeliveryState>().notNull().default('pending'),
    attempts: smallint('attempts').notNull().default(0),
    dueAt: moment('due_at').notNull(),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    createdAt: moment('created_at').notNull().defaultNow(),
    deliveredAt: moment('delivered_at'),
  },
  (table) => [
    index('deliveries_due')
      .on(table.dueAt)
      .where(sql`${table.state} = 'pending'`),
    index('deliveries_by_ticket').on(table.ticketId),
  ],
);

/** The fleet's common doors: while one is closed, nobody calls what is behind it. */
export const gates = pgTable('gates', {
  name: text('name').primaryKey(),
  closedUntil: moment('closed_until').notNull(),
  reason: text('reason').notNull(),
  detail: text('detail').notNull(),
  changedAt: moment('changed_at').notNull().defaultNow(),
});

/** Who did what. Append-only. */
export const audit = pgTable('audit', {
  id: ownId(),
  actor: text('actor').notNull(),
  verb: text('verb').notNull(),
  subject: text('subject').notNull(),
  detail: jsonb('detail').$type<unknown>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});
