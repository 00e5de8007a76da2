import { z } from '@hono/zod-openapi';
import { Action, DecisionReason } from '@usher/core/decide';
import { Priority } from '@usher/core/priority';
import { Mode } from '@usher/core/release';
import { Suggestion } from '@usher/core/suggestion';
import type { TicketHistory } from '@usher/db/find-ticket';
import { Delivery, showDelivery } from './delivery.ts';
import { shown, ShownMoment, shownOrNull } from './moment.ts';

const id = z.number().int();
const category = z.string().nullable();

const Revision = z.object({
  revision: z.number().int(),
  subject: z.string(),
  body: z.string(),
  written_at: ShownMoment.nullable(),
  received_at: ShownMoment,
});

const Classification = z.object({
  id,
  revision: z.number().int(),
  release: id,
  engine: z.enum(['claude', 'local']),
  model: z.string(),
  outcome: z.string(),
  suggestion: Suggestion.nullable(),
  input_tokens: z.number().int().nullable(),
  cache_read_tokens: z.number().int().nullable(),
  cache_write_tokens: z.number().int().nullable().describe('Of both cache lifetimes.'),
  output_tokens: z.number().int().nullable(),
  cost_micro_usd: z.number().describe('Price in millionths of a US dollar.'),
  duration_ms: z.number(),
  reused_from: id.nullable().describe('The earlier answer to the same text that was taken over without a call.'),
  shadow: z.boolean(),
  created_at: ShownMoment,
});

const DecisionFact = z.object({
  id,
  revision: z.number().int(),
  release: id.nullable(),
  by: z.enum(['engine', 'agent', 'api', 'helpdesk']),
  actor: z.string(),
  mode: Mode,
  action: Action,
  reason: DecisionReason,
  category,
  subcategory: category,
  team: z.string(),
  priority: Priority,
  sla_hours: z.number(),
  confidence: z.number().nullable(),
  calibrated: z.boolean().nullable().describe('Whether outcomes say how often such a confidence is right.'),
  note: z.string().nullable(),
  created_at: ShownMoment,
});

const CorrectionFact = z.object({
  id,
  revision: z.number().int(),
  decision: id,
  from_category: category,
  from_subcategory: category,
  category: z.string(),
  subcategory: category,
  note: z.string().nullable(),
  by: z.enum(['engine', 'agent', 'api', 'helpdesk']),
  actor: z.string(),
  created_at: ShownMoment,
});

/** All that happened to a ticket, each list oldest first. */
export const History = z
  .object({
    revisions: z.array(Revision).describe('Texts other than the newest one.'),
    classifications: z.array(Classification),
    decisions: z.array(DecisionFact),
    corrections: z.array(CorrectionFact),
    deliveries: z.array(Delivery),
  })
  .openapi('History');

/** Shows the history of a ticket. */
export function showHistory(history: TicketHistory): z.infer<typeof History> {
  return {
    revisions: history.revisions.map(showRevision),
    classifications: history.classifications.map(showClassification),
    decisions: history.decisions.map(showDecision),
    corrections: history.corrections.map(showCorrection),
    deliveries: history.deliveries.map(showDelivery),
  };
}

function showRevision(row: TicketHistory['revisions'][number]) {
  const { revision, subject, body, writtenAt, receivedAt } = row;
  return { revision, subject, body, written_at: shownOrNull(writtenAt), received_at: shown(receivedAt) };
}

function showClassification(row: TicketHistory['classifications'][number]) {
  const { id, revision, engine, model, outcome, suggestion, shadow } = row;
  return {
    id,
    revision,
    release: row.releaseId,
    engine,
    model,
    outcome,
    suggestion,
    input_tokens: row.inputTokens,
    cache_read_tokens: row.cacheReadTokens,
    cache_write_tokens: sum(row.cacheWrite5mTokens, row.cacheWrite1hTokens),
    output_tokens: row.outputTokens,
    cost_micro_usd: row.costMicroUsd,
    duration_ms: row.durationMs,
    reused_from: row.reusedFrom,
    shadow,
    created_at: shown(row.createdAt),
  };
}

function showDecision(row: TicketHistory['decisions'][number]) {
  const { id, revision, actor, mode, action, reason, category, subcategory, team, priority, confidence, note } = row;
  const shownFields = {
    id,
    revision,
    actor,
    mode,
    action,
    reason,
    category,
    subcategory,
    team,
    priority,
    confidence,
    note,
  };
  return {
    ...shownFields,
    release: row.releaseId,
    by: row.actorKind,
    calibrated: row.isCalibrated,
    sla_hours: row.slaHours,
    created_at: shown(row.createdAt),
  };
}

function showCorrection(row: TicketHistory['corrections'][number]) {
  const { id, revision, category, subcategory, note, actor } = row;
  return {
    id,
    revision,
    decision: row.decisionId,
    from_category: row.fromCategory,
    from_subcategory: row.fromSubcategory,
    category,
    subcategory,
    note,
    by: row.actorKind,
    actor,
    created_at: shown(row.createdAt),
  };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}
