import { Action, type Decision, stateAfter } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import { Mode } from '@usher/core/release';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import type { ActorKind } from './schema/facts.ts';
import type { DeliveryEvent } from './schema/operations.ts';

/** A decision to write down, with the engine answers that led to it. */
export interface NewDecision {
  ticketId: number;
  revision: number;
  releaseId: number | null;
  mode: Mode;
  actorKind: ActorKind;
  actor: string;
  event: DeliveryEvent;
  decision: Decision;
  calls: readonly EngineCall[];
}

/** The decision's number, null if an engine had decided this revision before; and the delivery to make, if any. */
export interface Appended {
  decisionId: number | null;
  deliveryId: number | null;
}

/** Milliseconds that the queue's hint has before the sweep looks at a delivery itself. */
const GRACE_MS = 10_000;

/** The state that each mode and action give, for the statement. */
const STATES = Object.fromEntries(
  Mode.options.map((mode) => [
    mode,
    Object.fromEntries(Action.options.map((action) => [action, stateAfter(action, mode)])),
  ]),
);

/**
 * Appends a decision, shows it on the ticket and puts the news into the outbox of the ticket's source: one statement, so
 * that all of it holds or none, and a ticket costs one round trip. Of engine decisions for one revision the first wins; a
 * later one still leaves its answers, because they were paid for. An engine decides only while the ticket
 * waits for it; a person always. A shadowed ticket shows no assignment and is not announced.
 */
export async function appendDecision(db: Db, given: NewDecision): Promise<Appended> {
  const [appended] = await db.execute<{ decisionId: number | null; deliveryId: number | null }>(sql`
    with given as (
      select * from jsonb_to_record(${JSON.stringify(rowOf(given))}::jsonb) as given (
        ticket_id bigint, revision int, release_id bigint, mode text, actor_kind text, actor text, action text,
        reason text, category text, subcategory text, team text, priority text, sla_hours real, confidence real,
        note text, event text)
    ), answered as (
      insert into classifications (
        ticket_id, revision, release_id, engine, model, outcome, suggestion, input_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, service_tier, cost_micro_usd, duration_ms,
        request_id, shadow)
      select given.ticket_id, given.revision, given.release_id, call.*, given.mode = 'shadow'
      from given, jsonb_to_recordset(${JSON.stringify(given.calls.map(callRowOf))}::jsonb) as call (
        engine text, model text, outcome text, suggestion jsonb, input_tokens int, cache_read_tokens int,
        cache_write_5m_tokens int, cache_write_1h_tokens int, output_tokens int, service_tier text,
        cost_micro_usd bigint, duration_ms int, request_id text)
    ), locked as (
      select tickets.id, tickets.source_id,
             tickets.revision = given.revision and (tickets.state = 'received' or given.actor_kind <> 'engine') as is_due
      from tickets, given where tickets.id = given.ticket_id
      for update of tickets
    ), made as (
      insert into decisions (
        ticket_id, revision, release_id, mode, actor_kind, actor, action, reason, category, subcategory, team, priority,
        sla_hours, confidence, note)
      select ticket_id, revision, release_id, mode, actor_kind, actor, action, reason, category, subcategory, team,
             priority, sla_hours, confidence, note
      from given, locked where locked.is_due
      on conflict (ticket_id, revision) where actor_kind = 'engine' do nothing
      returning *
    ), standing as (
      -- The one just made; else, for a ticket that waits although it was decided, the decision that it has.
      select * from made
      union all
      select decisions.* from decisions, given
      where not exists (select from made) and decisions.ticket_id = given.ticket_id
        and decisions.revision = given.revision and decisions.actor_kind = 'engine'
    ), assigned as (
      select * from standing where mode <> 'shadow'
    ), shown as (
      update tickets
      set state = ${JSON.stringify(STATES)}::jsonb -> standing.mode ->> standing.action, starts = 0,
          decision_id = standing.id, decided_at = now(),
          action = assigned.action, reason = assigned.reason, category = assigned.category,
          subcategory = assigned.subcategory, team = assigned.team, priority = assigned.priority,
          sla_hours = assigned.sla_hours, confidence = assigned.confidence, note = assigned.note,
          sla_due_at = tickets.received_at + assigned.sla_hours * interval '1 hour'
      from locked, standing left join assigned on true
      where tickets.id = locked.id and locked.is_due
      returning tickets.id
    ), announced as (
      insert into deliveries (source_id, ticket_id, decision_id, event, due_at)
      select sources.id, locked.id, made.id, given.event, now() + ${GRACE_MS} * interval '1 millisecond'
      from given, made, shown, locked join sources on sources.id = locked.source_id
      where made.mode <> 'shadow' and sources.webhook_url is not null
      returning id
    )
    select (select id from made)::float8 as "decisionId", (select id from announced)::float8 as "deliveryId"`);
  return appended ?? { decisionId: null, deliveryId: null };
}

function rowOf({ ticketId, revision, releaseId, mode, actorKind, actor, event, decision }: NewDecision) {
  const { slaHours, ...rest } = decision;
  const ids = { ticket_id: ticketId, revision, release_id: releaseId };
  const by = { mode, actor_kind: actorKind, actor, event };
  return { ...rest, sla_hours: slaHours, ...ids, ...by };
}

function callRowOf({ usage, costMicroUsd, durationMs, requestId, ...call }: EngineCall) {
  return {
    ...call,
    input_tokens: usage?.inputTokens,
    cache_read_tokens: usage?.cacheReadTokens,
    cache_write_5m_tokens: usage?.cacheWrite5mTokens,
    cache_write_1h_tokens: usage?.cacheWrite1hTokens,
    output_tokens: usage?.outputTokens,
    service_tier: usage?.serviceTier,
    cost_micro_usd: costMicroUsd,
    duration_ms: Math.round(durationMs),
    request_id: requestId,
  };
}
