import { openStates, queuedStates } from '@usher/core/batches/chunk';
import { and, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { batchChunks } from '../schema/batches.ts';

/** Tickets that are classified in one Message Batch, and how far that is. */
export type Chunk = typeof batchChunks.$inferSelect;

/** One chunk by its number. */
export async function findChunk(db: Db, chunkId: number): Promise<Chunk | undefined> {
  const [chunk] = await whileAvailable(() => db.select().from(batchChunks).where(eq(batchChunks.id, chunkId)));
  return chunk;
}

/** The newest chunks, newest first. */
export async function listChunks(db: Db, { limit }: { limit: number }): Promise<Chunk[]> {
  return whileAvailable(() => db.select().from(batchChunks).orderBy(desc(batchChunks.id)).limit(limit));
}

/** Claude's ids of the batches that are ours. */
export async function knownBatchIds(db: Db): Promise<string[]> {
  const rows = await whileAvailable(() =>
    db.select({ batchId: batchChunks.batchId }).from(batchChunks).where(isNotNull(batchChunks.batchId)),
  );
  return rows.flatMap(({ batchId }) => batchId ?? []);
}

/** How the lane stands as a whole. */
export interface LaneStanding {
  /** Requests that are with Claude, or may be. */
  queued: number;
  /** Whether a chunk is being sent, or its answer was lost. */
  isSending: boolean;
  /** Whether a chunk is written down that was not sent. */
  hasUnsent: boolean;
  /** Why somebody has to look before anything more is sent; null while nothing is in the way. */
  stopped: string | null;
}

/** Reads what decides about sending more. */
export async function laneStanding(db: Db): Promise<LaneStanding> {
  const [row] = await whileAvailable(() =>
    db
      .select({
        queued: sql<number>`coalesce(sum(requests) filter (where ${inArray(batchChunks.state, [...queuedStates])}), 0)::float8`,
        isSending: sql<boolean>`coalesce(bool_or(state = 'sending'), false)`,
        hasUnsent: sql<boolean>`coalesce(bool_or(state in ('written', 'tried', 'stopped')), false)`,
        stopped: sql<string | null>`max(reason) filter (where state = 'stopped')`,
      })
      .from(batchChunks)
      .where(inArray(batchChunks.state, [...openStates, 'stopped'])),
  );
  return row ?? { queued: 0, isSending: false, hasUnsent: false, stopped: null };
}

/**
 * Takes one chunk whose next step is due: counts the start and moves its due time on by a lease, so that a step that ends
 * without an end is found again. Undefined when none is due.
 */
export async function takeDueChunk(db: Db, { leaseMs }: { leaseMs: number }): Promise<Chunk | undefined> {
  const [chunk] = await whileAvailable(() =>
    db
      .update(batchChunks)
      .set({ starts: sql`${batchChunks.starts} + 1`, dueAt: sql`now() + ${leaseMs} * interval '1 millisecond'` })
      .where(
        and(
          inArray(batchChunks.state, [...openStates]),
          sql`${batchChunks.id} = (
            select id from batch_chunks where ${inArray(batchChunks.state, [...openStates])} and due_at <= now()
            order by due_at limit 1 for update skip locked)`,
        ),
      )
      .returning(),
  );
  return chunk;
}
