import { calibrationReport, type CalibrationReport, type ConfidenceBin } from '@usher/core/reports/calibration';
import type { Basis, Report, ReportFilter } from '@usher/core/reports/report';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { countNow } from './count-now.ts';
import { isWanted } from './range.ts';

/** Whether stated confidence is how often predictions are right; `random` gives numbers in [0, 1). */
export async function reportCalibration(
  db: Db,
  filter: ReportFilter,
  random: () => number,
): Promise<Report<CalibrationReport>> {
  const notCounted = await countNow(db);
  const counts = {
    assumed: await bins(db, filter, 'assumed'),
    judged: await bins(db, filter, 'judged'),
    audit: await bins(db, filter, 'audit'),
  };
  return calibrationReport(counts, { random, notCounted });
}

async function bins(db: Db, filter: ReportFilter, basis: Basis): Promise<ConfidenceBin[]> {
  const isKnown = basis === 'judged' ? sql`origin is not null` : sql`true`;
  const rows = basis === 'audit' ? 'audit' : 'newest';
  // An answer that was taken over is no evidence of its own, unless it is asked for.
  const counts = filter.engine === undefined ? sql`engine <> 'reused'` : sql`true`;
  return whileAvailable(() =>
    db.execute<ConfidenceBin & Record<string, unknown>>(sql`
      select bin, sum(n)::float8 as n, sum(case when origin is null then n else correct end)::float8 as correct,
             sum(confidence_sum)::float8 / 10000 as confidence
      from daily_confidence where basis = ${rows} and ${isKnown} and ${counts} and ${isWanted(filter, sql`engine`)}
      group by bin having sum(n) > 0`),
  );
}
