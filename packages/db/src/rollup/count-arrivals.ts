import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { isCountedSource } from '../samples.ts';
import { hourOf, isIn, type Window } from './decided.ts';
import { bucketOf } from './buckets.ts';

/** Adds new tickets to the rollups; a sample only to the numbers by which tickets of a time are found. */
export async function countTickets(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with came as materialized (
      select ${hourOf(sql`received_at`)} as hour, source_id, count(*) as n, min(id) as first_id, max(id) as last_id
      from tickets where ${isIn(sql`id`, window)} group by 1, 2
    ), numbered as (
      insert into ticket_hours as kept (hour, first_id, last_id)
      select hour, min(first_id), max(last_id) from came group by 1
      on conflict (hour) do update set first_id = least(kept.first_id, excluded.first_id),
                                       last_id = greatest(kept.last_id, excluded.last_id)
    )
    insert into hourly_volume as kept (hour, source_id, event, n)
    select hour, source_id, 'received', n from came where ${isCountedSource(sql`source_id`)}
    on conflict (hour, source_id, event) do update set n = kept.n + excluded.n`);
}

/** Adds changed texts of known tickets to the rollups. */
export async function countRevisions(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    insert into hourly_volume as kept (hour, source_id, event, n)
    select ${hourOf(sql`old.kept_at`)}, source_id, 'revised', count(*)
    from ticket_revisions as old join tickets on tickets.id = old.ticket_id
    where ${isIn(sql`old.id`, window)} and ${isCountedSource(sql`source_id`)} group by 1, 2
    on conflict (hour, source_id, event) do update set n = kept.n + excluded.n`);
}

/** Adds the time that engines took for their answers to the rollups. */
export async function countAnswers(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    insert into daily_latency as kept (day, source_id, lane, what, bucket, n)
    select (answers.created_at at time zone 'UTC')::date, source_id, coalesce(old.lane, tickets.lane), engine,
           ${bucketOf(sql`duration_ms`)}, count(*)
    from classifications as answers
    join tickets on tickets.id = answers.ticket_id
    left join ticket_revisions as old on old.ticket_id = answers.ticket_id and old.revision = answers.revision
    where reused_from is null and ${isIn(sql`answers.id`, window)} and ${isCountedSource(sql`source_id`)}
    group by 1, 2, 3, 4, 5
    on conflict (day, source_id, lane, what, bucket) do update set n = kept.n + excluded.n`);
}

/** Adds what was drawn for blind review to the rollups. */
export async function countDrawn(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    insert into hourly_volume as kept (hour, source_id, event, n)
    select ${hourOf(sql`drawn.created_at`)}, source_id, 'drawn_for_audit', count(*)
    from blind_audits as drawn join tickets on tickets.id = drawn.ticket_id
    where ${isIn(sql`drawn.id`, window)} group by 1, 2
    on conflict (hour, source_id, event) do update set n = kept.n + excluded.n`);
}
