import type { Written } from '@usher/core/connectors/changes';
import type { OutboundEvent } from '@usher/core/outbound-event';
import { sql } from 'drizzle-orm';
import { bigint, date, index, integer, jsonb, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';
import { endpoints } from './endpoints.ts';
import { decisions } from './facts.ts';
import { sources } from './sources.ts';
import { tickets } from './tickets.ts';

/**
 * Whether a delivery is still to be made, arrived, was given up, or is no more needed because a later one tells the
 * helpdesk about the same ticket.
 */
export const deliveryStates = ['pending', 'delivered', 'dead', 'superseded'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** What a delivery tells: an event of a ticket, that what was written on a ticket is to be taken back, or a test. */
export type DeliveryEvent = OutboundEvent | 'ticket.undone' | 'endpoint.test';

/**
 * Telling the outside about a decision: the outbox. A delivery goes to an endpoint, or, where it names none, to the
 * helpdesk of its source.
 */
export const deliveries = pgTable(
  'deliveries',
  {
    id: ownId(),
    endpointId: integer('endpoint_id').references(() => endpoints.id),
    sourceId: integer('source_id').references(() => sources.id),
    ticketId: idOf('ticket_id').references(() => tickets.id),
    decisionId: idOf('decision_id').references(() => decisions.id),
    event: text('event').$type<DeliveryEvent>().notNull(),
    state: text('state').$type<DeliveryState>().notNull().default('pending'),
    attempts: smallint('attempts').notNull().default(0),
    /** When the attempts that count began: at first when it was made, and anew with each replay. */
    startedAt: moment('started_at').notNull().defaultNow(),
    dueAt: moment('due_at').notNull(),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    /** The helpdesk's note: `sending` from just before it goes out until it is known whether it arrived, then `left`. */
    note: text('note').$type<'sending' | 'left'>(),
    createdAt: moment('created_at').notNull().defaultNow(),
    deliveredAt: moment('delivered_at'),
  },
  (table) => [
    index('deliveries_due')
      .on(table.dueAt)
      .where(sql`${table.state} = 'pending'`),
    index('deliveries_by_ticket').on(table.ticketId),
    index('deliveries_by_decision').on(table.decisionId),
    index('deliveries_by_state').on(table.state, table.id),
    index('deliveries_by_endpoint').on(table.endpointId, table.id),
  ],
);

/** What we wrote on tickets in their helpdesk, and who holds a ticket while writing on it. One row a ticket. */
export const writeBacks = pgTable('write_backs', {
  ticketId: idOf('ticket_id')
    .primaryKey()
    .references(() => tickets.id),
  written: jsonb('written').$type<Written>(),
  holder: text('holder'),
  heldUntil: moment('held_until'),
  changedAt: moment('changed_at').notNull().defaultNow(),
});

/** Receivers of deliveries that everybody leaves alone until a moment: they asked for it, or are in trouble. */
export const receiverPauses = pgTable('receiver_pauses', {
  receiver: text('receiver').primaryKey(),
  until: moment('until').notNull(),
  reason: text('reason').notNull(),
});

/** The fleet's circuit breakers, one for each account at Claude: while one is open, nobody calls. */
export const breakers = pgTable('breakers', {
  name: text('name').primaryKey(),
  /** Null while it is closed; once this has passed, one call at a time probes whether it may close. */
  openUntil: moment('open_until'),
  openedAt: moment('opened_at'),
  reason: text('reason').notNull().default(''),
  detail: text('detail').notNull().default(''),
  /** How often it opened since it was last closed. */
  times: integer('times').notNull().default(0),
  /** Until when a probe has the word. */
  probedUntil: moment('probed_until'),
  /** When anybody in the fleet last had an answer, give or take some seconds. */
  answeredAt: moment('answered_at'),
});

/** The purse that pays for everybody; the others have the number of their source. */
export const EVERYBODYS_PURSE = 0;

/** What each purse spent on each day (UTC), with what calls in flight may cost at most, in micro-dollars. */
export const spending = pgTable(
  'spending',
  {
    day: date('day').notNull(),
    purse: integer('purse').notNull(),
    spentMicroUsd: bigint('spent_micro_usd', { mode: 'number' }).notNull().default(0),
    /** The highest part of the limit, in percent, of which an alert was given. */
    toldPercent: smallint('told_percent').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.day, table.purse] })],
);
/** Static parts of prompts in Claude's cache: until when each can be read, and until when somebody has the turn to write it. */
export const promptCaches = pgTable('prompt_caches', {
  prefix: text('prefix').primaryKey(),
  warmUntil: moment('warm_until').notNull(),
  turnUntil: moment('turn_until').notNull(),
});

/** Who did what. Append-only. */
export const audit = pgTable(
  'audit',
  {
    id: ownId(),
    actor: text('actor').notNull(),
    verb: text('verb').notNull(),
    subject: text('subject').notNull(),
    detail: jsonb('detail').$type<unknown>().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index('audit_by_actor').on(table.actor, table.id), index('audit_by_verb').on(table.verb, table.id)],
);
