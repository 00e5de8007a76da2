import type { Example } from '@usher/core/engine';
import { and, asc, desc, eq, gt, isNull, lt, max, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { examples, type Provenance } from './schema/examples.ts';
import { decisions } from './schema/facts.ts';
import { labellers } from './schema/learning.ts';

/** Characters of a body that are read for a look-up: the newest message is at the start, and quoted history has no bound. */
const MAX_BODY_READ = 50_000;

/** A labelled text to learn from. */
export interface LabelledExample extends Example {
  id: number;
  labelledBy: string;
  provenance: Provenance;
}

/** Weight of a label by somebody who was flagged and not cleared: as good as none. */
const UNTRUSTED_WEIGHT = 0.001;

/**
 * Labelled texts that are not retired, newest first, a page from below a number; very long ones are cut, and those of flagged
 * labellers weigh next to nothing.
 */
export async function examplesBelow(
  db: Db,
  { below, limit }: { below: number; limit: number },
): Promise<LabelledExample[]> {
  const isTrusted = sql`${labellers.flaggedAt} is null or ${labellers.clearedAt} > ${labellers.flaggedAt}`;
  return whileAvailable(() =>
    db
      .select({
        id: examples.id,
        subject: examples.subject,
        body: sql<string>`left(${examples.body}, ${MAX_BODY_READ})`,
        category: examples.category,
        subcategory: examples.subcategory,
        provenance: examples.provenance,
        labelledBy: examples.labelledBy,
        weight: sql<number>`case when ${isTrusted} then ${examples.weight} else ${UNTRUSTED_WEIGHT}::real end`,
      })
      .from(examples)
      .leftJoin(labellers, eq(labellers.name, examples.labelledBy))
      .where(and(isNull(examples.retiredAt), lt(examples.id, below)))
      .orderBy(desc(examples.id))
      .limit(limit),
  );
}

/** An example with its number and the ticket that taught it; a retired one was replaced by a later label. */
export interface StoredExample extends Example {
  id: number;
  ticketId: number | null;
  isRetired: boolean;
}

/** Labelled texts after a number, in the order of their numbers; very long ones are cut. */
export async function examplesAfter(
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<StoredExample[]> {
  return whileAvailable(() =>
    db
      .select({
        id: examples.id,
        ticketId: examples.ticketId,
        // Not a condition: without statistics, the planner would read all texts that are not retired for each page.
        isRetired: sql<boolean>`${examples.retiredAt} is not null`,
        subject: examples.subject,
        body: sql<string>`left(${examples.body}, ${MAX_BODY_READ})`,
        category: examples.category,
        subcategory: examples.subcategory,
        weight: examples.weight,
      })
      .from(examples)
      .where(gt(examples.id, after))
      .orderBy(asc(examples.id))
      .limit(limit),
  );
}

/** The number after which the newest `count` labelled texts begin; 0 if there are no more than those. */
export async function startOfNewest(db: Db, count: number): Promise<number> {
  const [row] = await whileAvailable(() =>
    db
      .select({ id: examples.id })
      .from(examples)
      .where(isNull(examples.retiredAt))
      .orderBy(desc(examples.id))
      .offset(count)
      .limit(1),
  );
  return row?.id ?? 0;
}

/** Number of the newest example, 0 if there is none. */
export async function newestExample(db: Db): Promise<number> {
  const [row] = await whileAvailable(() => db.select({ newest: max(examples.id) }).from(examples));
  return row?.newest ?? 0;
}

/** Of these examples, those about whose ticket a calibrated decision was made in service, so that its outcome counts there. */
export async function judgedInService(db: Db, ids: readonly number[]): Promise<Set<number>> {
  const rows = await whileAvailable(() =>
    db.execute<{ id: number }>(sql`
      select examples.id::float8 as id
      from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as given(id)
      join ${examples} on examples.id = given.id::bigint
      where exists (
        select from ${decisions}
        where decisions.ticket_id = examples.ticket_id and decisions.actor_kind = 'engine' and decisions.is_calibrated)`),
  );
  return new Set(rows.map(({ id }) => id));
}
