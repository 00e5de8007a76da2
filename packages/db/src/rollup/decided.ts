import { type SQL, sql } from 'drizzle-orm';
import { isCountedSource } from '../samples.ts';

/**
 * Engine decisions as rollups see them, samples left out, those that fit the condition on `decisions`: with whose suggestion it was, the day in UTC,
 * and the confidence in ten-thousandths with its bin of fifteen.
 */
export function decidedByEngine(condition: SQL): SQL {
  return sql`
    select decisions.ticket_id, decisions.revision, decisions.id as decision_id, decisions.created_at,
           (decisions.created_at at time zone 'UTC')::date as day, tickets.source_id,
           case when suggested.reused_from is not null then 'reused'
                else coalesce(suggested.engine, decisions.actor) end as engine, decisions.action,
           decisions.mode = 'shadow' as shadow, decisions.category as predicted,
           coalesce(decisions.is_calibrated, false) as calibrated, confidence.sum as confidence,
           least(14, confidence.sum * 15 / 10000)::smallint as bin
    from decisions
    join tickets on tickets.id = decisions.ticket_id
    cross join lateral (select round(decisions.confidence::numeric * 10000)::bigint as sum) as confidence
    left join lateral (
      -- A late answer to a text that was decided already has a higher number.
      select engine, reused_from
      from classifications
      where classifications.ticket_id = decisions.ticket_id and classifications.revision = decisions.revision
        and outcome = 'suggested' and suggestion ->> 'category' = decisions.category
      order by id limit 1
    ) as suggested on true
    where decisions.actor_kind = 'engine' and ${isCountedSource(sql`tickets.source_id`)} and ${condition}`;
}

/** Facts of one table whose numbers lie in a window: above `after`, up to `upTo`. */
export interface Window {
  after: number;
  upTo: number;
}

/** The condition that a number lies in a window. */
export function isIn(id: SQL, { after, upTo }: Window): SQL {
  return sql`${id} > ${after} and ${id} <= ${upTo}`;
}

/** The hour (UTC) in which a moment lies. */
export function hourOf(moment: SQL): SQL {
  return sql`date_trunc('hour', ${moment}, 'UTC')`;
}

/** The minute in which a moment lies. */
export function minuteOf(moment: SQL): SQL {
  return sql`date_trunc('minute', ${moment}, 'UTC')`;
}

/** The condition that a moment lies in the two days of which minutes are kept. */
export function isLately(moment: SQL): SQL {
  return sql`${moment} >= date_trunc('minute', now()) - interval '2 days'`;
}
