import type { PastDecision } from '@usher/core/replay';
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { isCountedTicket } from './samples.ts';

interface Row extends Record<string, unknown> {
  ticketId: number;
  ticket: string;
  revision: number;
  subject: string;
  body: string;
  decision: PastDecision['decision'];
  mode: PastDecision['mode'];
  releaseId: number;
  taxonomyVersion: number;
  thresholds: PastDecision['thresholds'];
  suggestion: PastDecision['suggestion'];
  chosenByPerson: string | null;
  truth: string | null;
}

/** The newest engine decisions, samples left out, newest first, with what they were made from; only those since a moment, if one is given. */
export async function listPastDecisions(
  db: Db,
  { since, limit }: { since?: Date | undefined; limit: number },
): Promise<PastDecision[]> {
  const isWanted = since === undefined ? sql`true` : sql`decisions.created_at >= ${since.toISOString()}::timestamptz`;
  const counts = isCountedTicket(sql`decisions.ticket_id`);
  return pastDecisions(db, sql`${isWanted} and ${counts} order by decisions.id desc limit ${limit}`);
}

/** The engine's decision about the newest text of a ticket; undefined where there is none. */
export async function findPastDecision(db: Db, ticketId: number): Promise<PastDecision | undefined> {
  const [found] = await pastDecisions(
    db,
    sql`decisions.ticket_id = ${ticketId} order by decisions.revision desc limit 1`,
  );
  return found;
}

async function pastDecisions(db: Db, condition: SQL): Promise<PastDecision[]> {
  return whileAvailable(() =>
    db.execute<Row>(sql`
      select decisions.ticket_id::float8 as "ticketId", sources.name || ':' || tickets.external_id as ticket,
             decisions.revision, coalesce(old.subject, tickets.subject) as subject,
             coalesce(old.body, tickets.body) as body, decisions.mode, decisions.release_id::float8 as "releaseId",
             releases.taxonomy_version as "taxonomyVersion", releases.thresholds,
             jsonb_build_object(
               'action', decisions.action, 'reason', decisions.reason, 'category', decisions.category,
               'subcategory', decisions.subcategory, 'team', decisions.team, 'priority', decisions.priority,
               'slaHours', decisions.sla_hours,
               'confidence', decisions.confidence, 'isCalibrated', decisions.is_calibrated, 'note', decisions.note) as decision,
             answered.suggestion, chosen.category as "chosenByPerson", known.category as truth
      from (
        select * from decisions where actor_kind = 'engine' and release_id is not null and ${condition}
      ) as decisions
      join tickets on tickets.id = decisions.ticket_id
      join sources on sources.id = tickets.source_id
      join releases on releases.id = decisions.release_id
      left join ticket_revisions as old
        on old.ticket_id = decisions.ticket_id and old.revision = decisions.revision
      left join lateral (
        select suggestion from classifications
        where ticket_id = decisions.ticket_id and revision = decisions.revision and outcome = 'suggested'
        order by suggestion ->> 'category' = decisions.category desc nulls last, id limit 1
      ) as answered on true
      left join lateral (
        select category from decisions as earlier
        where earlier.ticket_id = decisions.ticket_id and earlier.actor_kind <> 'engine'
          and earlier.revision < decisions.revision
        order by id desc limit 1
      ) as chosen on true
      left join lateral (
        select category from outcomes where decision_id = decisions.id order by id desc limit 1
      ) as known on true
      order by decisions.id desc`),
  );
}
