import type { StoredHeldOut } from '@usher/core/evaluation/model-gate';
import { overlapReport, type OverlapReport } from '@usher/core/reports/overlap';
import type { Report } from '@usher/core/reports/report';
import { type SuspiciousLabel, suspiciousReport, type SuspiciousReport } from '@usher/core/reports/suspicious';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { loadHeldOut, modelInForce } from '../local-models.ts';
import { currentTaxonomyVersion } from '../taxonomies.ts';

/** Categories that the local model in force takes for each other, on labelled texts that it had not seen. */
export async function reportOverlap(db: Db, { limit }: { limit: number }): Promise<Report<OverlapReport>> {
  const texts = (await heldOutInForce(db)).map(([, actual, given]) => ({ actual, given }));
  return overlapReport(texts, limit);
}

/** Labels that the local model in force contradicts, not having seen their texts; those that were replaced since are left out. */
export async function reportSuspicious(db: Db, { limit }: { limit: number }): Promise<Report<SuspiciousReport>> {
  const texts = await heldOutInForce(db);
  const contradicted = texts.filter(([, actual, given]) => actual !== given).sort((a, b) => b[3] - a[3]);
  const labels = await standingLabels(db, contradicted, limit);
  return suspiciousReport(labels, { contradicted: contradicted.length, compared: texts.length });
}

async function heldOutInForce(db: Db): Promise<StoredHeldOut> {
  const id = await modelInForce(db, await currentTaxonomyVersion(db));
  return id === null ? [] : loadHeldOut(db, id);
}

async function standingLabels(db: Db, contradicted: StoredHeldOut, limit: number): Promise<SuspiciousLabel[]> {
  return whileAvailable(() =>
    db.execute<SuspiciousLabel & Record<string, unknown>>(sql`
      select examples.id::float8 as example, sources.name || ':' || tickets.external_id as ticket,
             left(examples.subject, 200) as subject, examples.category as label, labelled_by, provenance,
             said ->> 2 as suggested, (said ->> 3)::float8 as confidence
      from jsonb_array_elements(${JSON.stringify(contradicted)}::jsonb) with ordinality as held (said, place)
      join examples on examples.id = (said ->> 0)::bigint
      left join tickets on tickets.id = examples.ticket_id
      left join sources on sources.id = tickets.source_id
      where retired_at is null and examples.category = said ->> 1
      order by place limit ${limit}`),
  );
}
