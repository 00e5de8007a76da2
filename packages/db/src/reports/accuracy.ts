import { accuracyReport, type AccuracyReport, type OutcomeCell } from '@usher/core/reports/accuracy';
import { type Estimate, shareEstimate } from '@usher/core/reports/estimate';
import { ModelFigures } from '@usher/core/reports/model-figures';
import type { Basis, Report, ReportFilter } from '@usher/core/reports/report';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { findModel, modelInForce } from '../local-models.ts';
import { currentTaxonomyVersion } from '../taxonomies.ts';
import { countNow } from './count-now.ts';
import type { RollupBasis } from '../schema/rollups.ts';
import { isWanted, isWantedHour } from './range.ts';

/** How often predictions were right, as far as it is known. */
export async function reportAccuracy(
  db: Db,
  { basis, ...filter }: ReportFilter & { basis: Basis },
): Promise<Report<AccuracyReport>> {
  const notCounted = await countNow(db);
  const newest = await outcomeCells(db, filter, 'newest');
  const audits = await outcomeCells(db, filter, 'audit');
  const counts = { cells: newest, audits, ...(await auditsDrawn(db, filter)) };
  return accuracyReport(counts, { basis, nearestNeighbour: await nearestNeighbour(db), notCounted });
}

async function outcomeCells(db: Db, filter: ReportFilter, basis: RollupBasis): Promise<OutcomeCell[]> {
  return whileAvailable(() =>
    db.execute<OutcomeCell & Record<string, unknown>>(sql`
      select predicted, truth, origin, shadow, sum(n)::float8 as n
      from daily_outcomes
      where basis = ${basis} and predicted is not null and n <> 0 and ${isWanted(filter, sql`engine`)}
      group by predicted, truth, origin, shadow`),
  );
}

async function auditsDrawn(db: Db, filter: ReportFilter): Promise<{ drawn: number; waiting: number }> {
  const [found] = await whileAvailable(() =>
    db.execute<{ drawn: number; waiting: number }>(sql`
      select (select coalesce(sum(n), 0)::float8 from hourly_volume
              where event = 'drawn_for_audit' and ${isWantedHour(filter)}) as drawn,
             (select count(*)::float8 from blind_audits where audited_at is null) as waiting`),
  );
  return found ?? { drawn: 0, waiting: 0 };
}

/** As it was measured when the local model in force was learnt. */
async function nearestNeighbour(db: Db): Promise<Estimate> {
  const id = await modelInForce(db, await currentTaxonomyVersion(db));
  const model = id === null ? undefined : await findModel(db, id);
  const baselines = ModelFigures.safeParse(model?.figures).data?.baselines;
  return shareEstimate(baselines?.nearestNeighbour ?? 0, baselines?.n ?? 0);
}
