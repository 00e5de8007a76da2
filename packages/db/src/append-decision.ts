import { connectors } from '@usher/core/connectors/registry';
import { Action, type Decision, stateAfter } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import { eventOf } from '@usher/core/outbound-event';
import { Mode } from '@usher/core/release';
import { SAMPLE_SOURCE } from '@usher/core/source-name';
import { sql } from 'drizzle-orm';
import { insertAnswers, jsonOfAnswers } from './answers.ts';
import type { Db } from './connect.ts';
import { prepare } from './prepared.ts';
import type { ActorKind } from './schema/facts.ts';

/** A decision to write down, with the engine answers that led to it. */
export interface NewDecision {
  ticketId: number;
  revision: number;
  releaseId: number | null;
  mode: Mode;
  actorKind: ActorKind;
  actor: string;
  decision: Decision;
  calls: readonly EngineCall[];
  /** Share of automated decisions, 0 to 1, that are drawn for blind review; which ones, the ticket decides. */
  auditShare?: number;
}

/** The decision's number, null if an engine had decided this revision before; and the deliveries to make. */
export interface Appended {
  decisionId: number | null;
  deliveryIds: number[];
}

interface AppendedRow extends Appended, Record<string, unknown> {
  ticketId: number;
}

/** Connectors that can show a decision in their helpdesk. */
const WRITERS = connectors.filter(({ api }) => api !== null).map(({ name }) => name);

/** Milliseconds that the queue's hint has before the sweep looks at a delivery itself. */
const GRACE_MS = 10_000;

/** The state that each mode and action give, for the statement. */
const STATES = Object.fromEntries(
  Mode.options.map((mode) => [
    mode,
    Object.fromEntries(Action.options.map((action) => [action, stateAfter(action, mode)])),
  ]),
);

const append = prepare<AppendedRow>(sql`
  with given as materialized (
    select given.*, ticket.source_id, ticket.is_due
    from (
      select * from jsonb_to_recordset(${sql.placeholder('decisions')}::jsonb) as given (
        ticket_id bigint, revision int, release_id bigint, mode text, actor_kind text, actor text, action text,
        reason text, category text, subcategory text, team text, priority text, sla_hours real, confidence real,
        is_calibrated boolean, note text, event text, audit_share real)
      -- In one order, so that two lists with the same tickets wait for each other instead of blocking each other.
      order by ticket_id
    ) as given
    -- Ticket by ticket, as each further look at a big table below: with old statistics a join would rather read all of it.
    cross join lateral (
      select source_id, tickets.revision = given.revision and (state = 'received' or given.actor_kind <> 'engine') as is_due
      from tickets where id = given.ticket_id for update) as ticket
  ), answered as (${insertAnswers(sql.placeholder('answers'), sql`given`)}
  ), made as (
    insert into decisions (
      ticket_id, revision, release_id, mode, actor_kind, actor, action, reason, category, subcategory, team, priority,
      sla_hours, confidence, is_calibrated, note)
    select ticket_id, revision, release_id, mode, actor_kind, actor, action, reason, category, subcategory, team,
           priority, sla_hours, confidence, is_calibrated, note
    from given
    where is_due
    on conflict (ticket_id, revision) where actor_kind = 'engine' do nothing
    returning *
  ), standing as (
    -- The one just made; else, for a ticket that waits although it was decided, the decision that it has.
    select * from made
    union all
    select before.*
    from (select ticket_id, revision from given where is_due and ticket_id not in (select ticket_id from made)) as kept
    cross join lateral (
      select * from decisions
      where ticket_id = kept.ticket_id and revision = kept.revision and actor_kind = 'engine' limit 1) as before
  ), assigned as (
    select * from standing where mode <> 'shadow'
  ), shown as (
    update tickets
    set state = ${JSON.stringify(STATES)}::jsonb -> standing.mode ->> standing.action, starts = 0, batch = null,
        decision_id = standing.id, decided_at = now(),
        action = assigned.action, reason = assigned.reason, category = assigned.category,
        subcategory = assigned.subcategory, team = assigned.team, priority = assigned.priority,
        sla_hours = assigned.sla_hours, confidence = assigned.confidence,
        is_calibrated = assigned.is_calibrated, note = assigned.note,
        sla_due_at = tickets.received_at + assigned.sla_hours * interval '1 hour',
        predicted = case when standing.actor_kind = 'engine' then standing.category else tickets.predicted end
    from standing left join assigned on assigned.id = standing.id
    where tickets.id = standing.ticket_id
  ), news as (
    select made.id, made.ticket_id, made.revision, made.mode, made.action, made.actor_kind,
           given.event, given.audit_share, sources.id as source_id, sources.audit_salt,
           sources.connector = any(${`{${WRITERS.join(',')}}`}::text[]) and sources.removed_at is null
             and sources.settings ->> 'mode' is distinct from 'shadow' as is_heard
    from made
    join given on given.ticket_id = made.ticket_id
    join sources on sources.id = given.source_id
    where sources.name <> ${SAMPLE_SOURCE}
  ), announced as (
    insert into deliveries (endpoint_id, source_id, ticket_id, decision_id, event, due_at)
    select receiver.endpoint_id, source_id, ticket_id, news.id, event, now() + ${GRACE_MS} * interval '1 millisecond'
    from news
    cross join lateral (
      -- The source's own helpdesk, then everybody who wants to hear of it.
      select null::int as endpoint_id where actor_kind <> 'helpdesk' and is_heard
      union all
      select endpoints.id from endpoints
      where news.event = any(endpoints.events) and coalesce(endpoints.source_id, news.source_id) = news.source_id
        and endpoints.disabled_at is null and endpoints.removed_at is null
    ) as receiver
    where mode <> 'shadow'
    returning id, ticket_id
  ), drawn as (
    insert into blind_audits (ticket_id, revision, decision_id)
    select ticket_id, revision, id
    from news
    where action = 'route' and actor_kind = 'engine'
      -- 31 bits of a hash that nobody can foresee, as a share of all that there are.
      and (hashtextextended(ticket_id || audit_salt::text, 0) & 2147483647) < audit_share * 2147483648
  )
  select made.ticket_id::float8 as "ticketId", made.id::float8 as "decisionId",
         array(select announced.id::float8 from announced where announced.ticket_id = made.ticket_id order by id) as "deliveryIds"
  from made`);

/**
 * Appends decisions, shows each on its ticket and puts the news into the outbox, once for each receiver: one statement, so
 * that all of it holds or none, and any number of tickets cost one round trip and one commit. A ticket may stand in a list
 * once. Of engine decisions for one revision the first wins; a later one still leaves its answers, because they were paid
 * for. An engine decides only while the ticket waits for it; a person always. A shadowed ticket shows no assignment and is
 * not announced, and a helpdesk isn't told what it said itself. Nobody is told of samples, nor are they drawn. Of a ticket that was
 * removed meanwhile nothing is kept. Answers in the order of the list.
 */
export async function appendDecisions(db: Db, given: readonly NewDecision[]): Promise<Appended[]> {
  const ticketIds = given.map(({ ticketId }) => ticketId);
  const appended = await append(db, {
    values: { decisions: JSON.stringify(given.map(rowOf)), answers: jsonOfAnswers(given) },
    ticketIds,
  });
  const byTicket = new Map(appended.map(({ ticketId, ...one }) => [ticketId, one]));
  return ticketIds.map((ticketId) => byTicket.get(ticketId) ?? { decisionId: null, deliveryIds: [] });
}

/** Appends one decision; see appendDecisions. */
export async function appendDecision(db: Db, given: NewDecision): Promise<Appended> {
  const [appended] = await appendDecisions(db, [given]);
  return appended ?? { decisionId: null, deliveryIds: [] };
}

function rowOf({ ticketId, revision, releaseId, mode, actorKind, actor, decision, auditShare }: NewDecision) {
  const { slaHours, isCalibrated, ...rest } = decision;
  const ids = { ticket_id: ticketId, revision, release_id: releaseId };
  const by = { mode, actor_kind: actorKind, actor, event: eventOf(decision.reason) };
  const more = { sla_hours: slaHours, is_calibrated: isCalibrated, audit_share: auditShare ?? 0 };
  return { ...rest, ...more, ...ids, ...by };
}
