import type { Report, ReportFilter } from '@usher/core/reports/report';
import { type RiskBin, riskReport, type RiskReport } from '@usher/core/reports/risk';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { countNow } from './count-now.ts';
import { isWanted } from './range.ts';

/** What automating from each confidence upwards comes to, on outcomes that the decision had no say in: those a promise rests on. */
export async function reportRisk(db: Db, filter: ReportFilter): Promise<Report<RiskReport>> {
  const notCounted = await countNow(db);
  // An answer that was taken over is no evidence of its own, unless it is asked for.
  const counts = filter.engine === undefined ? sql`engine <> 'reused'` : sql`true`;
  const isKnown = sql`(basis = 'audit' or (action <> 'route' and origin is not null))`;
  const bins = await whileAvailable(() =>
    db.execute<RiskBin & Record<string, unknown>>(sql`
      select bin, coalesce(sum(n) filter (where basis = 'newest'), 0)::float8 as n,
             coalesce(sum(n) filter (where ${isKnown}), 0)::float8 as known,
             coalesce(sum(n - correct) filter (where ${isKnown}), 0)::float8 as wrong
      from daily_confidence where ${counts} and ${isWanted(filter, sql`engine`)}
      group by bin`),
  );
  return riskReport(bins, notCounted);
}
