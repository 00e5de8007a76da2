import { type LatencyCell, latencyReport, type LatencyReport } from '@usher/core/reports/latency';
import type { Report, ReportFilter } from '@usher/core/reports/report';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { countNow } from './count-now.ts';
import { isWanted, isWantedHour } from './range.ts';

/** How long decisions and answers took, and whether tickets were handed over within their SLA. */
export async function reportLatency(db: Db, filter: ReportFilter): Promise<Report<LatencyReport>> {
  const notCounted = await countNow(db);
  const cells = await whileAvailable(() =>
    db.execute<LatencyCell & Record<string, unknown>>(sql`
      select day::text, lane, what, bucket, sum(n)::float8 as n
      from daily_latency where ${isWanted(filter, sql`what`)}
      group by day, lane, what, bucket`),
  );
  const [handed] = await whileAvailable(() =>
    db.execute<{ inTime: number; late: number }>(sql`
      select coalesce(sum(n) filter (where event = 'handed_in_time'), 0)::float8 as "inTime",
             coalesce(sum(n) filter (where event = 'handed_late'), 0)::float8 as late
      from hourly_volume where ${isWantedHour(filter)}`),
  );
  return latencyReport(cells, { ...(handed ?? { inTime: 0, late: 0 }), notCounted });
}
