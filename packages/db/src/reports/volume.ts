import type { Report, ReportFilter } from '@usher/core/reports/report';
import { type VolumeLine, volumeReport, type VolumeReport, type VolumeStep } from '@usher/core/reports/volume';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { readBacklog } from '../standing-backlog.ts';
import { countNow } from './count-now.ts';
import { isWantedHour } from './range.ts';

/** Waiting tickets of a lane that are counted; more of them would take their time. */
const MOST_COUNTED = 5_000;

/** What came in and what became of it, by the day or hour, newest first; and what waits now. */
export async function reportVolume(
  db: Db,
  { step, limit, ...filter }: ReportFilter & { step: VolumeStep; limit: number },
): Promise<Report<VolumeReport>> {
  const not_counted = await countNow(db);
  const [lines, lanes] = await Promise.all([
    volumeLines(db, filter, { step, limit }),
    readBacklog(db, { most: MOST_COUNTED }),
  ]);
  const backlog = lanes.map(({ lane, waiting: { n, isMore }, oldestSeconds }) => ({
    lane,
    waiting: n,
    is_more: isMore,
    oldest_seconds: oldestSeconds,
  }));
  return volumeReport({ step, lines, backlog, not_counted });
}

async function volumeLines(
  db: Db,
  filter: ReportFilter,
  { step, limit }: { step: VolumeStep; limit: number },
): Promise<VolumeLine[]> {
  const sumOf = (event: string) => sql`coalesce(sum(n) filter (where event = ${event}), 0)::float8`;
  return whileAvailable(() =>
    db.execute<VolumeLine & Record<string, unknown>>(sql`
      select to_char(date_trunc(${step}, hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as start,
             ${sumOf('received')} as received, ${sumOf('revised')} as revised,
             ${sumOf('decided_route')} as route, ${sumOf('decided_suggest')} as suggest,
             ${sumOf('decided_triage')} as triage, ${sumOf('decided_shadow')} as shadow,
             ${sumOf('corrected')} as corrected, ${sumOf('accepted')} as accepted
      from hourly_volume where ${isWantedHour(filter)}
      group by 1 order by 1 desc limit ${limit}`),
  );
}
