import type { ChunkState } from '@usher/core/batches/chunk';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { batchChunks } from '../schema/batches.ts';
import { returnChunkMoney } from './chunk-money.ts';
import type { Chunk } from './chunks.ts';

/** An orderly end of a step. Where the chunk is in another state meanwhile, nothing happens. */
export interface Move {
  chunkId: number;
  from: readonly ChunkState[];
  to: ChunkState;
  /** Milliseconds until the next step. */
  inMs: number;
  set?: Partial<
    Pick<
      Chunk,
      | 'releaseId'
      | 'model'
      | 'batchId'
      | 'newestBefore'
      | 'requests'
      | 'bytes'
      | 'reason'
      | 'failures'
      | 'sentAt'
      | 'endedAt'
    >
  >;
}

/** Moves a chunk on and clears the count of its starts. Answers whether it was in one of the expected states. */
export async function moveChunk(db: Db, { chunkId, from, to, inMs, set = {} }: Move): Promise<boolean> {
  const moved = await whileAvailable(() =>
    db
      .update(batchChunks)
      .set({
        failures: 0,
        reason: null,
        ...set,
        state: to,
        starts: 0,
        dueAt: sql`now() + ${inMs} * interval '1 millisecond'`,
      })
      .where(and(eq(batchChunks.id, chunkId), inArray(batchChunks.state, [...from])))
      .returning({ id: batchChunks.id }),
  );
  return moved.length > 0;
}

/** Moves a chunk on and returns in the same transaction what it did not cost. */
export async function moveAndReturnMoney(db: Db, move: Move, { isUnsent }: { isUnsent: boolean }): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      if (!(await moveChunk(tx, move))) return false;
      await returnChunkMoney(tx, move.chunkId, { isUnsent });
      return true;
    }),
  );
}
