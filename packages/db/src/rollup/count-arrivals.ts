import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { isCountedSource } from '../samples.ts';
import { hourOf, isIn, isLately, minuteOf, type Window } from './decided.ts';
import { bucketOf } from './buckets.ts';

/** Adds new tickets to the rollups; a sample only to the numbers by which tickets of a time are found. */
export async function countTickets(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with came as materialized (
      select ${minuteOf(sql`received_at`)} as minute, source_id, count(*) as n, min(id) as first_id, max(id) as last_id
      from tickets where ${isIn(sql`id`, window)} group by 1, 2
    ), lately as (
      insert into minute_volume as kept (minute, event, n)
      select minute, 'received', sum(n) from came where ${isLately(sql`minute`)} group by 1
      on conflict (minute, event) do update set n = kept.n + excluded.n
    ), numbered as (
      insert into ticket_hours as kept (hour, first_id, last_id)
      select ${hourOf(sql`minute`)}, min(first_id), max(last_id) from came group by 1
      on conflict (hour) do update set first_id = least(kept.first_id, excluded.first_id),
                                       last_id = greatest(kept.last_id, excluded.last_id)
    )
    insert into hourly_volume as kept (hour, source_id, event, n)
    select ${hourOf(sql`minute`)}, source_id, 'received', sum(n) from came
    where ${isCountedSource(sql`source_id`)} group by 1, 2
    on conflict (hour, source_id, event) do update set n = kept.n + excluded.n`);
}

/** Adds changed texts of known tickets to the rollups. */
export async function countRevisions(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with changed as materialized (
      select ${minuteOf(sql`old.kept_at`)} as minute, source_id, count(*) as n
      from ticket_revisions as old join tickets on tickets.id = old.ticket_id
      where ${isIn(sql`old.id`, window)} group by 1, 2
    ), lately as (
      insert into minute_volume as kept (minute, event, n)
      select minute, 'revised', sum(n) from changed where ${isLately(sql`minute`)} group by 1
      on conflict (minute, event) do update set n = kept.n + excluded.n
    )
    insert into hourly_volume as kept (hour, source_id, event, n)
    select ${hourOf(sql`minute`)}, source_id, 'revised', sum(n) from changed
    where ${isCountedSource(sql`source_id`)} group by 1, 2
    on conflict (hour, source_id, event) do update set n = kept.n + excluded.n`);
}

/** Adds the time that engines took for their answers to the rollups, and what Claude's used and cost. */
export async function countAnswers(db: Db, window: Window): Promise<void> {
  await countDurations(db, window);
  await countCalls(db, window);
}

async function countCalls(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    insert into minute_calls as kept (minute, model, calls, input_tokens, output_tokens, cost_micro_usd)
    -- What is read from the cache does not count towards the limit.
    select ${minuteOf(sql`created_at`)}, model, count(*),
           coalesce(sum(coalesce(input_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
                        + coalesce(cache_write_1h_tokens, 0)), 0),
           coalesce(sum(output_tokens), 0), sum(cost_micro_usd)
    from classifications
    where engine = 'claude' and reused_from is null and ${isLately(sql`created_at`)} and ${isIn(sql`id`, window)}
    group by 1, 2
    on conflict (minute, model) do update
    set calls = kept.calls + excluded.calls, input_tokens = kept.input_tokens + excluded.input_tokens,
        output_tokens = kept.output_tokens + excluded.output_tokens,
        cost_micro_usd = kept.cost_micro_usd + excluded.cost_micro_usd`);
}

async function countDurations(db: Db, window: Window): Promise<void> {
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
