import type { Example } from '@usher/core/engine';
import { desc, isNull, max } from 'drizzle-orm';
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

/** Number of the newest example, 0 if there is none. */
export async function newestExample(db: Db): Promise<number> {
  const [row] = await whileAvailable(() => db.select({ newest: max(examples.id) }).from(examples));
  return row?.newest ?? 0;
}
