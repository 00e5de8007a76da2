import type { ChunkState } from '@usher/core/batches/chunk';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { batchChunks } from '../schema/batches.ts';
import { findChunk } from './chunks.ts';
import { moveChunk } from './move-chunk.ts';
import { releaseMembers } from './place-tickets.ts';

/** What a wish to cancel or resume came to; `too_late` names the state that stands against it. */
export type Wish =
  | { kind: 'done'; tickets: number }
  | { kind: 'asked' }
  | { kind: 'too_late'; state: ChunkState }
  | { kind: 'unknown' };

const UNSENT = ['written', 'tried', 'stopped'] as const satisfies ChunkState[];
const SENT = ['sending', 'created'] as const satisfies ChunkState[];

/**
 * Cancels a chunk. One that was not sent is cancelled at once; of one that was, a worker asks Claude to cancel it, and
 * what is answered by then counts. Its other tickets are held until the chunk is resumed.
 */
export async function cancelChunk(db: Db, chunkId: number): Promise<Wish> {
  const isUnsent = await whileAvailable(() =>
    db.transaction(async (tx) => {
      if (!(await moveChunk(tx, { chunkId, from: UNSENT, to: 'cancelled', inMs: 0, set: { endedAt: new Date() } })))
        return null;
      return releaseMembers(tx, { chunkId, as: 'held', to: null });
    }),
  );
  if (isUnsent !== null) return { kind: 'done', tickets: isUnsent };
  const asked = await whileAvailable(() =>
    db
      .update(batchChunks)
      .set({ cancelAskedAt: sql`now()`, dueAt: sql`now()` })
      .where(and(eq(batchChunks.id, chunkId), inArray(batchChunks.state, [...SENT])))
      .returning({ id: batchChunks.id }),
  );
  return asked.length > 0 ? { kind: 'asked' } : tooLate(db, chunkId);
}

/** Lets a stopped chunk go on, or sends the tickets that a cancelled one held into the lane again. */
export async function resumeChunk(db: Db, chunkId: number): Promise<Wish> {
  const tickets = await whileAvailable(() =>
    db.transaction(async (tx) => {
      if (await moveChunk(tx, { chunkId, from: ['stopped'], to: 'written', inMs: 0 }))
        return (await findChunk(tx, chunkId))?.tickets ?? 0;
      const chunk = await findChunk(tx, chunkId);
      return chunk?.state === 'cancelled' ? takeBackHeld(tx, chunkId) : null;
    }),
  );
  return tickets === null ? tooLate(db, chunkId) : { kind: 'done', tickets };
}

async function takeBackHeld(db: Db, chunkId: number): Promise<number> {
  const [row] = await db.execute<{ count: number }>(sql`
    with freed as (
      update batch_members set state = 'again' where chunk_id = ${chunkId} and state = 'held'
      returning ticket_id, revision
    ), placed as (
      update tickets set batch = 'awaiting' from freed
      where tickets.id = freed.ticket_id and tickets.revision = freed.revision
        and tickets.state = 'received' and tickets.batch = 'in_chunk'
      returning id)
    select count(*)::int as count from placed`);
  return row?.count ?? 0;
}

async function tooLate(db: Db, chunkId: number): Promise<Wish> {
  const chunk = await findChunk(db, chunkId);
  return chunk === undefined ? { kind: 'unknown' } : { kind: 'too_late', state: chunk.state };
}
