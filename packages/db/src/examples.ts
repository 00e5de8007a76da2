import type { Example } from '@usher/core/engine';
import { asc, desc, gt, isNull, max, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { examples } from './schema/examples.ts';

/** The newest labelled texts that are not retired, newest first. */
export async function listExamples(db: Db, { limit }: { limit: number }): Promise<Example[]> {
  return whileAvailable(() =>
    db
      .select({
        subject: examples.subject,
        body: examples.body,
        category: examples.category,
        subcategory: examples.subcategory,
        weight: examples.weight,
      })
      .from(examples)
      .where(isNull(examples.retiredAt))
      .orderBy(desc(examples.id))
      .limit(limit),
  );
}

/** Characters of a body that are read for a look-up: the newest message is at the start, and quoted history has no bound. */
const MAX_BODY_READ = 50_000;

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
