import type { CostLine } from '@usher/core/cost-report';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { isCountedSource } from './samples.ts';

/** Category under which the costs of texts stand for which nothing was predicted, or nothing yet. */
export const NO_CATEGORY = 'none';

/**
 * What was paid for answers given from one moment until before another: in all, and by day (UTC), model, source and predicted category.
 * A text that more than one model answered about counts once in each model's line, and once in all.
 */
export async function sumCosts(db: Db, { from, until }: { from: Date; until: Date }): Promise<CostLine[]> {
  return whileAvailable(() =>
    db.execute<CostLine & Record<string, unknown>>(sql`
      with answered as (
        select said.ticket_id, said.revision, said.model, sources.name as source,
               coalesce(decided.category, ${NO_CATEGORY}) as category,
               to_char(said.created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
               said.cost_micro_usd, said.reused_from, said.engine = 'claude' and said.reused_from is null as is_call,
               coalesce(said.cache_read_tokens, 0) as cached, coalesce(said.output_tokens, 0) as output,
               coalesce(said.input_tokens + said.cache_read_tokens + said.cache_write_5m_tokens
                        + said.cache_write_1h_tokens, 0) as input
        from classifications said
        join tickets on tickets.id = said.ticket_id
        join sources on sources.id = tickets.source_id
        left join decisions decided on decided.ticket_id = said.ticket_id and decided.revision = said.revision
                                   and decided.actor_kind = 'engine'
        where said.created_at >= ${from.toISOString()} and said.created_at < ${until.toISOString()}
          and ${isCountedSource(sql`tickets.source_id`)}
      ), by_text as (
        -- A bit is set where a column does not group: all but one of them, or all.
        select grouping(day, model, source, category) as grouped, coalesce(day, model, source, category, '') as key,
               count(*) filter (where is_call) as calls, count(reused_from) as reused, sum(cost_micro_usd) as cost,
               sum(input) as input, sum(cached) as cached, sum(output) as output
        from answered
        group by ticket_id, revision, grouping sets ((), (day), (model), (source), (category))
      )
      select case grouped when 7 then 'day' when 11 then 'model' when 13 then 'source' when 14 then 'category'
                          else 'all' end as "group",
             key, count(*)::float8 as tickets, sum(calls)::float8 as calls, sum(reused)::float8 as reused,
             sum(cost)::float8 as "costMicroUsd", stddev_samp(cost)::float8 as deviation,
             sum(input)::float8 as "inputTokens", sum(cached)::float8 as "cacheReadTokens",
             sum(output)::float8 as "outputTokens"
      from by_text group by grouped, key order by grouped, key`),
  );
}
