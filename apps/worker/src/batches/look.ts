import { nextLookMs } from '@usher/core/batches/next-look';
import type { Chunk } from '@usher/db/batches/chunks';
import { moveChunk } from '@usher/db/batches/move-chunk';
import { type BatchStanding } from '@usher/engines/claude/batches';
import { BatchGone } from '@usher/engines/claude/failures';
import type { LaneDeps } from './lane.ts';

/** Asks how a batch stands, and cancels it if somebody wishes so. */
export async function look(chunk: Chunk, deps: LaneDeps): Promise<void> {
  const { id: chunkId, batchId, cancelAskedAt } = chunk;
  if (batchId === null) throw new Error(`chunk ${chunkId} has no batch`);
  const { db, batching, signal } = deps;
  const standing = await unlessGone(chunkId, deps, async () => {
    const now = await batching.claude.retrieve(batchId, signal);
    const isToCancel = cancelAskedAt !== null && !now.hasEnded && !now.isCanceling;
    return isToCancel ? batching.claude.cancel(batchId, signal) : now;
  });
  if (standing === undefined) return;
  const ageMs = Date.now() - (chunk.sentAt ?? chunk.writtenAt).getTime();
  const next = standing.hasEnded
    ? ({ to: 'ingesting', inMs: 0, set: { endedAt: new Date() } } as const)
    : ({ to: 'created', inMs: nextLookMs(ageMs) } as const);
  await moveChunk(db, { chunkId, from: ['created'], ...next });
}

/** What Claude no longer knows may have been answered and paid; whether to pay again is for somebody to say. */
async function unlessGone(
  chunkId: number,
  { db, report }: LaneDeps,
  ask: () => Promise<BatchStanding>,
): Promise<BatchStanding | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof BatchGone)) throw thrown;
    const reason = 'Claude no longer knows this batch. Resuming sends its tickets in another one.';
    await moveChunk(db, { chunkId, from: ['created'], to: 'stopped', inMs: 0, set: { reason } });
    report({ kind: 'chunk_stopped', chunkId, reason });
    return undefined;
  }
}
