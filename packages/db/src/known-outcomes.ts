import type { OverruledCount } from '@usher/core/evaluation/standing-promise';
import type { KnownAnswer } from '@usher/core/evaluation/claude-calibration';
import { Signals } from '@usher/core/suggestion';
import { max, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { isCountedTicket } from './samples.ts';
import { outcomes } from './schema/learning.ts';

/** Only what became known lately says how today's tickets fare. */
export interface Since {
  since: Date;
  /** Newest ones at most. */
  limit: number;
}

/** An engine's decision whose truth became known, whatever the decision was. */
export interface JudgedDecision {
  category: string;
  confidence: number;
  isRight: boolean;
  isCalibrated: boolean;
  isAutomated: boolean;
}

/**
 * The newest word on each engine decision whose truth became known without the decision having a say in which ones do: of automated
 * ones those that were drawn for blind review, of the others those that a person decided. A correction of an automated
 * decision is not among them, because nobody would have looked at a right one.
 */
const judged = ({ since, limit }: Since) => sql`
  select distinct on (outcomes.decision_id)
         outcomes.decision_id, outcomes.category as truth, decisions.ticket_id, decisions.category, decisions.confidence,
         decisions.is_calibrated, decisions.release_id, decisions.action = 'route' as is_automated
  from (select * from outcomes where created_at >= ${since.toISOString()}::timestamptz order by id desc limit ${limit}) as outcomes
  join decisions on decisions.id = outcomes.decision_id
  where decisions.category is not null and decisions.confidence is not null
    and (outcomes.via = 'audit' or decisions.action <> 'route')
    -- An answer that was taken over for the same text says nothing that the first one did not.
    and not exists (
      select from classifications taken
      where taken.ticket_id = decisions.ticket_id and taken.revision = decisions.revision and taken.reused_from is not null)
  order by outcomes.decision_id, outcomes.id desc`;

/** Decisions whose truth is known without bias, newest first. */
export async function judgedDecisions(db: Db, since: Since): Promise<JudgedDecision[]> {
  return whileAvailable(() =>
    db.execute<JudgedDecision & Record<string, unknown>>(sql`
      select category, confidence::float8 as confidence, truth = category as "isRight",
             coalesce(is_calibrated, false) as "isCalibrated", is_automated as "isAutomated"
      from (${judged(since)}) as judged order by decision_id desc`),
  );
}

/** The newest automated decisions by category and confidence in steps of a hundredth, and how many of them somebody overruled. */
export async function automatedDecisions(
  db: Db,
  { since, limit }: Since,
): Promise<(OverruledCount & { category: string })[]> {
  return whileAvailable(() =>
    db.execute<OverruledCount & { category: string } & Record<string, unknown>>(sql`
      with made as (
        select id, category, floor(confidence * 100) / 100 as confidence from decisions
        where actor_kind = 'engine' and action = 'route' and mode = 'auto' and confidence is not null
          and created_at >= ${since.toISOString()}::timestamptz and ${isCountedTicket(sql`ticket_id`)}
        order by id desc limit ${limit}
      ), said as (
        select distinct on (decision_id) decision_id, category from outcomes
        where decision_id in (select id from made) order by decision_id, id desc
      )
      select made.category, made.confidence::float8 as confidence, count(*)::int as n,
             count(*) filter (where said.category <> made.category)::int as overruled
      from made left join said on said.decision_id = made.id
      group by made.category, made.confidence`),
  );
}

/** What Claude's answers of one model were accompanied by, and whether they came out right. */
export async function knownAnswers(db: Db, { model, ...since }: Since & { model: string }): Promise<KnownAnswer[]> {
  const rows = await whileAvailable(() =>
    db.execute<{ signals: unknown; isRight: boolean }>(sql`
      select distinct on (judged.decision_id) classifications.suggestion -> 'signals' as signals,
             classifications.suggestion ->> 'category' = judged.truth as "isRight"
      from (${judged(since)}) as judged
      join decisions on decisions.id = judged.decision_id
      join classifications on classifications.ticket_id = decisions.ticket_id
        and classifications.revision = decisions.revision and classifications.engine = 'claude'
        and classifications.model = ${model} and classifications.suggestion ? 'signals'
      order by judged.decision_id desc, classifications.id desc`),
  );
  return rows.map(({ signals, isRight }) => ({ signals: Signals.parse(signals), isRight }));
}

/** When something became known last, null before the first time. */
export async function newestOutcomeAt(db: Db): Promise<Date | null> {
  const [row] = await whileAvailable(() => db.select({ newest: max(outcomes.createdAt) }).from(outcomes));
  return row?.newest ?? null;
}
