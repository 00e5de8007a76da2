import type { CostLine } from '@usher/core/cost-report';
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { isCountedSource } from './samples.ts';

/** Category under which the costs of texts stand for which nothing was predicted, or nothing yet. */
export const NO_CATEGORY = 'none';

const DAY_MS = 86_400_000;

/** Milliseconds after midnight from which on nobody writes down an answer of the day before any more. */
const SETTLED_MS = 3_600_000;

/** From one moment until before another. */
interface Span {
  from: Date;
  until: Date;
}

/**
 * What was paid for answers given from one moment until before another: in all, and by day (UTC), model, source and predicted category.
 * A text that more than one model answered about counts once in each model's line, and once in all; one that was answered about on
 * two days counts on both.
 */
export async function sumCosts(db: Db, span: Span): Promise<CostLine[]> {
  const kept = await keepCosts(db, { span });
  const rest = [
    { from: span.from, until: kept.from },
    { from: kept.until, until: span.until },
  ];
  return whileAvailable(() =>
    db.execute<CostLine & Record<string, unknown>>(sql`
      with line as (
        select day, "group", key, tickets, calls, reused, cost_micro_usd, squares, input_tokens, cache_read_tokens,
               output_tokens
        from daily_costs where day >= ${kept.from.toISOString()}::date and day < ${kept.until.toISOString()}::date
        union all
        ${linesOf(rest)}
      ), every_line as (
        select * from line
        union all
        select day, 'day', day::text, tickets, calls, reused, cost_micro_usd, squares, input_tokens, cache_read_tokens,
               output_tokens
        from line where "group" = 'all'
      )
      select "group", key, sum(tickets)::float8 as tickets, sum(calls)::float8 as calls, sum(reused)::float8 as reused,
             sum(cost_micro_usd)::float8 as "costMicroUsd",
             case when sum(tickets) > 1 then
               sqrt(greatest(0, (sum(squares) - sum(cost_micro_usd) ^ 2 / sum(tickets)) / (sum(tickets) - 1)))
             end::float8 as deviation,
             sum(input_tokens)::float8 as "inputTokens", sum(cache_read_tokens)::float8 as "cacheReadTokens",
             sum(output_tokens)::float8 as "outputTokens"
      from every_line group by "group", key having sum(tickets) > 0 order by "group", key`),
  );
}

/**
 * Adds up the days of a span (any unless said) that are over and were not added up yet, the oldest first and at most so many.
 * Answers the part of the span that is added up.
 */
export async function keepCosts(
  db: Db,
  { span, most = Number.POSITIVE_INFINITY }: { span?: Span; most?: number },
): Promise<Span> {
  return whileAvailable(async () => {
    const whole = await wholeDays(db, span);
    const missing = await db.execute<{ day: string }>(sql`
      select wanted.day::date::text as day
      from generate_series(
        ${whole.from.toISOString()}::date, ${whole.until.toISOString()}::date - 1, interval '1 day') as wanted (day)
      where not exists (select from daily_costs where daily_costs.day = wanted.day::date and "group" = 'all')
      order by wanted.day limit ${Math.min(most, 100_000)}`);
    for (const { day } of missing) await keepDay(db, new Date(day));
    return whole;
  });
}

/** The days (UTC) of a span that are over for good, from that of the first answer on. */
async function wholeDays(db: Db, span: Span | undefined): Promise<Span> {
  const [found] = await db.execute<{ now: string; first: string | null }>(sql`
    select now()::text as now, (select created_at::text from classifications order by id limit 1) as first`);
  const settled = startOfDay(Date.parse(found?.now ?? '') - SETTLED_MS);
  const first = found?.first == null ? settled : startOfDay(Date.parse(found.first));
  const from = Math.max(first, span === undefined ? first : startOfDay(span.from.getTime() + DAY_MS - 1));
  const until = Math.min(settled, span === undefined ? settled : startOfDay(span.until.getTime()));
  return { from: new Date(from), until: new Date(Math.max(from, until)) };
}

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

async function keepDay(db: Db, from: Date): Promise<void> {
  const day = from.toISOString();
  // Together, so that the line of all is there where the others are, also on a day on which nothing was paid.
  await db.execute(sql`
    with line as (${linesOf([{ from, until: new Date(from.getTime() + DAY_MS) }])})
    insert into daily_costs
    select * from line
    union all
    select ${day}::date, 'all', '', 0, 0, 0, 0, 0, 0, 0, 0 where not exists (select from line)
    on conflict do nothing`);
}

/** Lines of days for answers that were given in one of the spans: in all, and by model, source and category. */
function linesOf(spans: readonly Span[]): SQL {
  const isWanted = spans.map(
    ({ from, until }) =>
      sql`(said.created_at >= ${from.toISOString()}::timestamptz and said.created_at < ${until.toISOString()}::timestamptz)`,
  );
  return sql`
    select day, case grouped when 3 then 'model' when 5 then 'source' when 6 then 'category' else 'all' end as "group",
           key, count(*) as tickets, sum(calls) as calls, sum(reused) as reused, sum(cost) as cost_micro_usd,
           sum(cost * cost) as squares, sum(input) as input_tokens, sum(cached) as cache_read_tokens,
           sum(output) as output_tokens
    from (
      with said as materialized (
        -- First, and by themselves: what else is asked of them must not lead the planner to read every ticket.
        select ticket_id, revision, model, engine, reused_from, created_at, cost_micro_usd, input_tokens, cache_read_tokens,
               cache_write_5m_tokens, cache_write_1h_tokens, output_tokens
        from classifications as said where ${sql.join(isWanted, sql` or `)}
      ), answered as materialized (
        select said.*, ticket.source_id, decided.category
        from said
        -- Both limits keep it to a look for each answer: a join would read every ticket and every decision that there is.
        cross join lateral (select source_id from tickets where tickets.id = said.ticket_id limit 1) as ticket
        left join lateral (
          select category from decisions
          where decisions.ticket_id = said.ticket_id and decisions.revision = said.revision and actor_kind = 'engine' limit 1
        ) as decided on true
      ), counted as (
        select answered.ticket_id, revision, model, sources.name as source, coalesce(category, ${NO_CATEGORY}) as category,
               (answered.created_at at time zone 'UTC')::date as day, cost_micro_usd, reused_from,
               engine = 'claude' and reused_from is null as is_call, coalesce(cache_read_tokens, 0) as cached,
               coalesce(output_tokens, 0) as output,
               coalesce(input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens, 0) as input
        from answered join sources on sources.id = answered.source_id
        where ${isCountedSource(sql`answered.source_id`)}
      )
      -- A bit is set where a column does not group: all but one of them, or all.
      select day, grouping(model, source, category) as grouped, coalesce(model, source, category, '') as key,
             count(*) filter (where is_call) as calls, count(reused_from) as reused, sum(cost_micro_usd) as cost,
             sum(input) as input, sum(cached) as cached, sum(output) as output
      from counted
      group by ticket_id, revision, day, grouping sets ((), (model), (source), (category))
    ) as by_text
    group by day, grouped, key`;
}
