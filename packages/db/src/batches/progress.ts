import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import type { MemberState } from '../schema/batches.ts';

/** Tickets on their way through batches. */
export interface LaneProgress {
  /** Not in a chunk yet. */
  awaiting: number;
  /** In a chunk, without an answer yet. */
  inChunks: number;
}

/** How many tickets still wait for a batch or for its answer. */
export async function laneProgress(db: Db): Promise<LaneProgress> {
  const [row] = await whileAvailable(() =>
    db.execute<{ awaiting: number; inChunks: number }>(sql`
      select count(*) filter (where batch = 'awaiting')::int as awaiting,
             count(*) filter (where batch = 'in_chunk')::int as "inChunks"
      from tickets where state = 'received' and batch is not null`),
  );
  return row ?? { awaiting: 0, inChunks: 0 };
}

/** How many tickets of a chunk are in which state. */
export async function countMembers(db: Db, chunkId: number): Promise<{ state: MemberState; tickets: number }[]> {
  return whileAvailable(() =>
    db.execute<{ state: MemberState; tickets: number }>(sql`
      select state, count(*)::int as tickets from batch_members where chunk_id = ${chunkId} group by state order by state`),
  );
}
