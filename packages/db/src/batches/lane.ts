import { openStates } from '@usher/core/batches/chunk';
import { inArray, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { batchChunks } from '../schema/batches.ts';

/**
 * One worker at a time in the fleet drives the lane: runs the work, or skips it and answers false while another does. A
 * killed worker gives the lane back at once, because its connection ends.
 */
export async function aloneInLane(db: Db, work: () => Promise<void>): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [row] = await tx.execute<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(7403172521) as mine`);
      if (row?.mine !== true) return false;
      await work();
      return true;
    }),
  );
}

/** Whether the lane has anything to do now. */
export async function isLaneDue(db: Db): Promise<boolean> {
  const [row] = await whileAvailable(() =>
    db.execute<{ due: boolean }>(sql`
      select exists (select from batch_chunks where ${inArray(batchChunks.state, [...openStates])} and due_at <= now())
          or exists (select from tickets where state = 'received' and batch = 'awaiting' and backfill_id not in (select id from backfills where is_held)) as due`),
  );
  return row?.due ?? false;
}
