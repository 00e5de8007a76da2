import type { Action, DecisionReason } from '@usher/core/decide';
import type { CallOutcome } from '@usher/core/engine';
import type { Priority } from '@usher/core/priority';
import type { Mode } from '@usher/core/release';
import type { Suggestion } from '@usher/core/suggestion';
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  real,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';
import { tickets } from './tickets.ts';

/** Who made a decision. The first engine decision for a revision wins; people and APIs append further ones. */
export type ActorKind = 'engine' | 'agent' | 'api' | 'helpdesk';

/**
 * Every answer of an engine, usable or not, with what it cost. Append-only. Neither here nor in decisions are there foreign keys
 * to tickets and releases: whoever writes holds the ticket, and no release is ever deleted.
 */
export const classifications = pgTable(
  'classifications',
  {
    id: ownId(),
    ticketId: idOf('ticket_id').notNull(),
    revision: integer('revision').notNull(),
    releaseId: idOf('release_id').notNull(),
    engine: text('engine').$type<'claude' | 'local'>().notNull(),
    model: text('model').notNull(),
    outcome: text('outcome').$type<CallOutcome>().notNull(),
    suggestion: jsonb('suggestion').$type<Suggestion>(),
    inputTokens: integer('input_tokens'),
    cacheReadTokens: integer('cache_read_tokens'),
    cacheWrite5mTokens: integer('cache_write_5m_tokens'),
    cacheWrite1hTokens: integer('cache_write_1h_tokens'),
    outputTokens: integer('output_tokens'),
    serviceTier: text('service_tier'),
    costMicroUsd: idOf('cost_micro_usd').notNull(),
    durationMs: integer('duration_ms').notNull(),
    requestId: text('request_id'),
    /** What the engine read, cleaned, as a hash: by it the same text is recognised. Only with suggestions of Claude's. */
    textHash: text('text_hash'),
    /** The earlier answer whose suggestion was taken over without a call; such an answer is no evidence of its own. */
    reusedFrom: idOf('reused_from').references((): AnyPgColumn => classifications.id),
    shadow: boolean('shadow').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('classifications_by_ticket').on(table.ticketId),
    index('classifications_by_text')
      .on(table.textHash, table.id)
      .where(sql`${table.textHash} is not null and ${table.reusedFrom} is null`),
    // Without it, removing an old answer would look through all of them for those that took it over.
    index('classifications_reusing')
      .on(table.reusedFrom)
      .where(sql`${table.reusedFrom} is not null`),
    // Answers come in order of time, so that this index is tiny.
    index('classifications_by_time').using('brin', table.createdAt).with({ autosummarize: true }),
  ],
);

/** Every decision. Append-only; the ticket row shows the newest. */
export const decisions = pgTable(
  'decisions',
  {
    id: ownId(),
    ticketId: idOf('ticket_id').notNull(),
    revision: integer('revision').notNull(),
    releaseId: idOf('release_id'),
    actorKind: text('actor_kind').$type<ActorKind>().notNull(),
    actor: text('actor').notNull(),
    mode: text('mode').$type<Mode>().notNull(),
    action: text('action').$type<Action>().notNull(),
    reason: text('reason').$type<DecisionReason>().notNull(),
    category: text('category'),
    subcategory: text('subcategory'),
    team: text('team').notNull(),
    priority: text('priority').$type<Priority>().notNull(),
    slaHours: real('sla_hours').notNull(),
    confidence: real('confidence'),
    /** Whether outcomes say how often such a confidence is right; null where nothing was predicted. */
    isCalibrated: boolean('is_calibrated'),
    note: text('note'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('decisions_first_by_engine')
      .on(table.ticketId, table.revision)
      .where(sql`${table.actorKind} = 'engine'`),
    index('decisions_by_ticket').on(table.ticketId, table.id),
  ],
);

/** Someone says that it is another category. Append-only. */
export const corrections = pgTable(
  'corrections',
  {
    id: ownId(),
    ticketId: idOf('ticket_id')
      .notNull()
      .references(() => tickets.id),
    revision: integer('revision').notNull(),
    decisionId: idOf('decision_id')
      .notNull()
      .references(() => decisions.id),
    fromCategory: text('from_category'),
    fromSubcategory: text('from_subcategory'),
    category: text('category').notNull(),
    subcategory: text('subcategory'),
    note: text('note'),
    actorKind: text('actor_kind').$type<ActorKind>().notNull(),
    actor: text('actor').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index('corrections_by_ticket').on(table.ticketId), index('corrections_by_decision').on(table.decisionId)],
);
