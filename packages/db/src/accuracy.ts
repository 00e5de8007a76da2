import type { CategoryCount } from '@usher/core/accuracy-report';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/**
 * Predictions and how many of them nobody corrected to another category, by predicted category. Every revision
 * that an engine read counts, shadowed ones included; those for which nothing was predicted don't.
 */
export async function countCorrect(db: Db): Promise<CategoryCount[]> {
  return whileAvailable(() =>
    db.execute<{ category: string; total: number; correct: number }>(sql`
      with predicted as (
        select ticket_id, revision, category from decisions where actor_kind = 'engine'
      ), said as (
        select distinct on (ticket_id, revision) ticket_id, revision, category
        from corrections
        order by ticket_id, revision, id desc
      )
      select predicted.category, count(*)::int as total,
             count(*) filter (where said.category is null or said.category = predicted.category)::int as correct
      from predicted left join said using (ticket_id, revision)
      where predicted.category is not null
      group by predicted.category
      order by predicted.category`),
  );
}
