import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { decidedByEngine, hourOf, isIn, isLately, minuteOf, type Window } from './decided.ts';
import { isCountedSource } from '../samples.ts';
import { bucketOf } from './buckets.ts';

/** Adds decisions to the rollups: engines' by what they predicted, how sure they were and how long it took; people's by their kind. */
export async function countDecisions(db: Db, window: Window): Promise<void> {
  await countPredictions(db, window);
  await countMinutes(db, window);
  await countVolume(db, window);
  await countWaits(db, window);
}

async function countPredictions(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with decided as materialized (${decidedByEngine(isIn(sql`decisions.id`, window))}),
    by_category as (
      insert into daily_outcomes as kept (day, basis, source_id, engine, action, shadow, predicted, n)
      select day, 'newest', source_id, engine, action, shadow, predicted, count(*)
      from decided group by day, source_id, engine, action, shadow, predicted
      on conflict (day, basis, source_id, engine, action, shadow, predicted, truth, origin)
      do update set n = kept.n + excluded.n
    )
    insert into daily_confidence as kept
      (day, basis, source_id, engine, action, shadow, calibrated, bin, n, correct, confidence_sum)
    select day, 'newest', source_id, engine, action, shadow, calibrated, bin, count(*), 0, sum(confidence)
    from decided where predicted is not null and confidence is not null
    group by day, source_id, engine, action, shadow, calibrated, bin
    on conflict (day, basis, source_id, engine, action, shadow, calibrated, origin, bin)
    do update set n = kept.n + excluded.n, confidence_sum = kept.confidence_sum + excluded.confidence_sum`);
}

/** Samples too: they show what the engines do. */
async function countMinutes(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    insert into minute_volume as kept (minute, event, n)
    select ${minuteOf(sql`created_at`)}, 'decided', count(*) from decisions
    where actor_kind = 'engine' and ${isLately(sql`created_at`)} and ${isIn(sql`id`, window)} group by 1
    on conflict (minute, event) do update set n = kept.n + excluded.n`);
}

/** A decision hands its ticket over where it is the first about this text that does not leave it in triage. */
async function countVolume(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with made as materialized (
      select decisions.*, tickets.source_id,
             tickets.received_at + decisions.sla_hours * interval '1 hour' as sla_due_at,
             decisions.mode <> 'shadow' and decisions.action <> 'triage' and not exists (
               select from decisions as earlier
               where earlier.ticket_id = decisions.ticket_id and earlier.revision = decisions.revision
                 and earlier.id < decisions.id and earlier.action <> 'triage') as hands_over
      from decisions join tickets on tickets.id = decisions.ticket_id
      where ${isIn(sql`decisions.id`, window)} and ${isCountedSource(sql`tickets.source_id`)}
    ), happened as (
      select created_at, source_id, case
          when actor_kind <> 'engine' then reason
          when mode = 'shadow' then 'decided_shadow'
          else 'decided_' || action end as event
      from made
      union all
      select created_at, source_id, case when created_at <= sla_due_at then 'handed_in_time' else 'handed_late' end
      from made where hands_over
    )
    insert into hourly_volume as kept (hour, source_id, event, n)
    select ${hourOf(sql`created_at`)}, source_id, event, count(*) from happened group by 1, 2, 3
    on conflict (hour, source_id, event) do update set n = kept.n + excluded.n`);
}

async function countWaits(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with waited as (
      select (decisions.created_at at time zone 'UTC')::date as day, tickets.source_id,
             coalesce(old.lane, tickets.lane) as lane,
             decisions.created_at - date_trunc('milliseconds', coalesce(old.received_at, tickets.revised_at)) as time
      from decisions
      join tickets on tickets.id = decisions.ticket_id
      left join ticket_revisions as old
        on old.ticket_id = decisions.ticket_id and old.revision = decisions.revision
      where decisions.actor_kind = 'engine' and ${isIn(sql`decisions.id`, window)}
        and ${isCountedSource(sql`tickets.source_id`)}
    )
    insert into daily_latency as kept (day, source_id, lane, what, bucket, n)
    select day, source_id, lane, 'decision', ${bucketOf(sql`extract(epoch from time) * 1000`)}, count(*)
    from waited group by 1, 2, 3, 4, 5
    on conflict (day, source_id, lane, what, bucket) do update set n = kept.n + excluded.n`);
}
