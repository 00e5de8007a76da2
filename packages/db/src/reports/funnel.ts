import { type FunnelCounts, funnelReport, type FunnelReport } from '@usher/core/reports/funnel';
import type { Report, ReportFilter } from '@usher/core/reports/report';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { countNow } from './count-now.ts';
import { isWanted, isWantedHour } from './range.ts';

/** How many texts came in, were predicted, automated and corrected. */
export async function reportFunnel(db: Db, filter: ReportFilter): Promise<Report<FunnelReport>> {
  const notCounted = await countNow(db);
  const [counts] = await whileAvailable(() =>
    db.execute<FunnelCounts & Record<string, unknown>>(sql`
      select coalesce(sum(n) filter (where not shadow), 0)::float8 as decided,
             coalesce(sum(n) filter (where not shadow and predicted is not null), 0)::float8 as predicted,
             coalesce(sum(n) filter (where not shadow and action = 'route'), 0)::float8 as automated,
             coalesce(sum(n) filter (where not shadow and action = 'route' and truth <> predicted), 0)::float8
               as corrected,
             coalesce(sum(n) filter (where shadow), 0)::float8 as shadowed,
             (select coalesce(sum(n), 0)::float8 from hourly_volume
              where event in ('received', 'revised') and ${isWantedHour(filter)}) as received
      from daily_outcomes where basis = 'newest' and ${isWanted(filter, sql`engine`)}`),
  );
  const nothing = { received: 0, decided: 0, predicted: 0, automated: 0, corrected: 0, shadowed: 0 };
  return funnelReport(counts ?? nothing, notCounted);
}
