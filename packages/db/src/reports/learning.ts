import { type DayCount, learningReport, type LearningReport } from '@usher/core/reports/learning';
import type { Report, ReportFilter } from '@usher/core/reports/report';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { listModels, modelInForce } from '../local-models.ts';
import { currentTaxonomyVersion } from '../taxonomies.ts';
import { countNow } from './count-now.ts';
import { isWanted } from './range.ts';

/** Newest days and versions that are told. */
const MOST_DAYS = 1_000;
const MOST_VERSIONS = 200;

/** Whether it gets better: day by day, and version by version of the local model. */
export async function reportLearning(db: Db, filter: ReportFilter): Promise<Report<LearningReport>> {
  const notCounted = await countNow(db);
  const days = await dayCounts(db, filter);
  const versions = await listModels(db, { limit: MOST_VERSIONS });
  const inForce = await modelInForce(db, await currentTaxonomyVersion(db));
  return learningReport(days, { versions, inForce, notCounted });
}

async function dayCounts(db: Db, filter: ReportFilter): Promise<DayCount[]> {
  const sumOf = (condition: ReturnType<typeof sql>) => sql`coalesce(sum(n) filter (where ${condition}), 0)::float8`;
  const newest = sql`basis = 'newest'`;
  const audit = sql`basis = 'audit'`;
  return whileAvailable(() =>
    db.execute<DayCount & Record<string, unknown>>(sql`
      select day::text, ${sumOf(newest)} as total,
             ${sumOf(sql`${newest} and (truth is null or truth = predicted)`)} as correct,
             ${sumOf(sql`${newest} and action = 'route' and not shadow`)} as automated,
             ${sumOf(audit)} as audited, ${sumOf(sql`${audit} and truth = predicted`)} as "auditedCorrect"
      from daily_outcomes where predicted is not null and ${isWanted(filter, sql`engine`)}
      group by day order by day desc limit ${MOST_DAYS}`),
  );
}
