import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { decidedByEngine, isIn, type Window } from './decided.ts';

/**
 * Moves predictions to what became known of them. What became known last holds, so each takes back what was known before it of
 * the same text; of one ticket, outcomes have their numbers in the order in which they became known. What a blind audit said is
 * counted a second time on its own, where later words don't touch it.
 */
export async function countTruths(db: Db, window: Window): Promise<void> {
  await db.execute(sql`
    with known as materialized (
      select id, decision_id, category as truth, via as origin from outcomes
      where decision_id is not null and ${isIn(sql`id`, window)}
    ), decided as materialized (
      ${decidedByEngine(sql`decisions.id in (select decision_id from known)`)}
    ), moved as materialized (
      select decided.*, 'newest' as basis, known.truth, known.origin, 1 as times
      from decided join known using (decision_id)
      union all
      select decided.*, 'newest', before.truth, before.origin, -1
      from decided join known using (decision_id) left join lateral (
        select category as truth, via as origin from outcomes
        where outcomes.decision_id = known.decision_id and outcomes.id < known.id
        order by id desc limit 1
      ) as before on true
      union all
      select decided.*, 'audit', known.truth, known.origin, 1
      from decided join known using (decision_id) where known.origin = 'audit'
    ), by_category as (
      insert into daily_outcomes as kept (day, basis, source_id, engine, action, shadow, predicted, truth, origin, n)
      select day, basis, source_id, engine, action, shadow, predicted, truth, origin, sum(times)
      from moved group by 1, 2, 3, 4, 5, 6, 7, 8, 9 having sum(times) <> 0
      on conflict (day, basis, source_id, engine, action, shadow, predicted, truth, origin)
      do update set n = kept.n + excluded.n
    )
    insert into daily_confidence as kept
      (day, basis, source_id, engine, action, shadow, calibrated, origin, bin, n, correct, confidence_sum)
    select day, basis, source_id, engine, action, shadow, calibrated, origin, bin, sum(times),
           coalesce(sum(times) filter (where truth = predicted), 0), sum(times * confidence)
    from moved where predicted is not null and confidence is not null group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    on conflict (day, basis, source_id, engine, action, shadow, calibrated, origin, bin)
    do update set n = kept.n + excluded.n, correct = kept.correct + excluded.correct,
                  confidence_sum = kept.confidence_sum + excluded.confidence_sum`);
}
