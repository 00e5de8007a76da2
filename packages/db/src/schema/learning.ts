import type { LabellerFigures } from '@usher/core/labellers';
import type { PromiseEvidence, PromiseState } from '@usher/core/evaluation/standing-promise';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, real, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';
import { decisions } from './facts.ts';
import { tickets } from './tickets.ts';

/** How it became known what a ticket was: a person corrected or accepted it, a blind audit, the helpdesk's value at close. */
export type OutcomeVia = 'correction' | 'accepted' | 'audit' | 'closed';

const ticketId = () =>
  idOf('ticket_id')
    .notNull()
    .references(() => tickets.id);

/** What became known about a ticket's category, beside the engine's decision that it judges. Append-only. */
export const outcomes = pgTable(
  'outcomes',
  {
    id: ownId(),
    ticketId: ticketId(),
    revision: integer('revision').notNull(),
    /** The engine's decision for that revision; null where there was none. */
    decisionId: idOf('decision_id').references(() => decisions.id),
    via: text('via').$type<OutcomeVia>().notNull(),
    category: text('category').notNull(),
    subcategory: text('subcategory'),
    actor: text('actor').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('outcomes_by_decision').on(table.decisionId),
    index('outcomes_by_ticket').on(table.ticketId),
    index('outcomes_by_time').on(table.createdAt),
  ],
);

/** The newest word on each text that Claude answered about, whichever ticket it came with. */
export const textOutcomes = pgTable('text_outcomes', {
  textHash: text('text_hash').primaryKey(),
  category: text('category').notNull(),
  subcategory: text('subcategory'),
  changedAt: moment('changed_at').notNull().defaultNow(),
});

/** Automated decisions that were drawn for blind review, and what the reviewer said without knowing the prediction. */
export const blindAudits = pgTable(
  'blind_audits',
  {
    id: ownId(),
    ticketId: ticketId(),
    revision: integer('revision').notNull(),
    decisionId: idOf('decision_id')
      .notNull()
      .references(() => decisions.id),
    claimedBy: text('claimed_by'),
    claimedUntil: moment('claimed_until'),
    category: text('category'),
    subcategory: text('subcategory'),
    auditedBy: text('audited_by'),
    auditedAt: moment('audited_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('blind_audits_one_a_decision').on(table.decisionId),
    index('blind_audits_by_ticket').on(table.ticketId),
    index('blind_audits_waiting')
      .on(table.id)
      .where(sql`${table.auditedAt} is null`),
    index('blind_audits_told')
      .on(table.category, table.ticketId)
      .where(sql`${table.auditedAt} is not null`),
  ],
);

/** Who looks at a ticket of the review queue now, so that nobody else gets it meanwhile. */
export const reviewClaims = pgTable('review_claims', {
  ticketId: idOf('ticket_id')
    .primaryKey()
    .references(() => tickets.id),
  claimedBy: text('claimed_by').notNull(),
  claimedUntil: moment('claimed_until').notNull(),
});

/** The share that may be wrong among the automated, for all categories (empty key) or for one, and how it stands. */
export const promises = pgTable('promises', {
  category: text('category').primaryKey(),
  risk: real('risk').notNull(),
  state: text('state').$type<PromiseState>().notNull(),
  /** Confidence from which on decisions are automated; null unless the promise is offered. */
  threshold: real('threshold'),
  evidence: jsonb('evidence').$type<PromiseEvidence>(),
  setBy: text('set_by').notNull(),
  changedAt: moment('changed_at').notNull().defaultNow(),
  checkedAt: moment('checked_at'),
});

/** Who labels tickets, where something is known about them: flagged ones are not followed until somebody clears them. */
export const labellers = pgTable('labellers', {
  name: text('name').primaryKey(),
  flaggedAt: moment('flagged_at'),
  figures: jsonb('figures').$type<LabellerFigures>(),
  clearedAt: moment('cleared_at'),
  clearedBy: text('cleared_by'),
});

/** Work that one process of the fleet does at a time; a holder that died is followed when its time is up. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: moment('until').notNull(),
});
