import { eq, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { backfills } from '../schema/backfills.ts';

/** Tickets that one transaction deletes, so that none lasts long. */
const TICKETS_A_TIME = 2_000;

/**
 * Cancels a backfill: no more rows of it are read, and tickets of it about which nothing is known yet are deleted. Those
 * for which an engine was asked already stay and are finished. Answers how many were deleted.
 */
export async function cancelBackfill(db: Db, id: number): Promise<number> {
  await whileAvailable(() =>
    db.update(backfills).set({ state: 'cancelled', isHeld: true, changedAt: new Date() }).where(eq(backfills.id, id)),
  );
  let deleted = 0;
  for (let after = 0; ;) {
    const part = await whileAvailable(() => deleteSome(db, { id, after }));
    if (part.looked === 0) break;
    after = part.last;
    deleted += part.deleted;
  }
  await whileAvailable(() => db.update(backfills).set({ isHeld: false }).where(eq(backfills.id, id)));
  return deleted;
}

/** Goes through what waits in the order of the numbers, so that nothing is looked at twice. */
async function deleteSome(db: Db, { id, after }: { id: number; after: number }) {
  const [done] = await db.execute<{ looked: number; deleted: number; last: number }>(sql`
    with looked as materialized (
      select id from tickets
      where state = 'received' and batch is distinct from 'in_chunk' and backfill_id = ${id} and id > ${after}
      order by id limit ${TICKETS_A_TIME} for update
    ), untouched as (
      select id from looked
      where not exists (select from classifications where ticket_id = looked.id)
        and not exists (select from decisions where ticket_id = looked.id)
        and not exists (select from ticket_revisions where ticket_id = looked.id)
    ), unlearnt as (
      delete from examples where ticket_id in (select id from untouched)
    ), gone as (
      delete from tickets where id in (select id from untouched) returning id
    )
    select (select count(*) from looked)::int as looked, (select count(*) from gone)::int as deleted,
           (select max(id) from looked)::float8 as last`);
  return done ?? { looked: 0, deleted: 0, last: 0 };
}
