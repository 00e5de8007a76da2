import { nextLookMs } from '@usher/core/batches/next-look';
import { recognise } from '@usher/core/batches/recognise';
import { type Chunk, knownBatchIds } from '@usher/db/batches/chunks';
import { moveAndReturnMoney, moveChunk } from '@usher/db/batches/move-chunk';
import type { BatchStanding } from '@usher/engines/claude/batches';
import type { LaneDeps } from './lane.ts';

/**
 * Finds out whether a chunk whose creation was never answered has a batch: by the batches that are newer than the newest
 * before it was sent. Only when none can be its own is it sent again, because the API has no other guard against paying
 * for it twice.
 */
export async function findLost(chunk: Chunk, deps: LaneDeps): Promise<void> {
  const { db, batching, signal, report } = deps;
  const { id: chunkId, newestBefore, sentAt, requests } = chunk;
  const listed = await batching.claude.since({ newestBefore, sentAt: sentAt ?? chunk.writtenAt }, signal);
  const found = await searchFor(chunk, listed, deps);
  switch (found.kind) {
    case 'found': {
      const { batchId } = found;
      await moveChunk(db, { chunkId, from: ['sending'], to: 'created', inMs: 0, set: { batchId } });
      return report({ kind: 'chunk_found', chunkId, batchId });
    }
    case 'absent':
      await moveAndReturnMoney(db, { chunkId, from: ['sending'], to: 'tried', inMs: 0 }, { isUnsent: true });
      return report({ kind: 'chunk_absent', chunkId });
    case 'wait': {
      const reason = `Its creation was not answered. Another batch of ${requests} requests is in progress and may be its own.`;
      const inMs = nextLookMs(Date.now() - (sentAt ?? chunk.writtenAt).getTime());
      await moveChunk(db, { chunkId, from: ['sending'], to: 'sending', inMs, set: { reason } });
    }
  }
}

type Found = { kind: 'found'; batchId: string } | { kind: 'absent' } | { kind: 'wait' };

async function searchFor({ key, requests }: Chunk, listed: readonly BatchStanding[], deps: LaneDeps): Promise<Found> {
  const others = await knownBatchIds(deps.db);
  for (;;) {
    const recognition = recognise(listed, { requests, known: others });
    if (recognition.kind !== 'look') return recognition;
    for (const batchId of recognition.batchIds) {
      if ((await deps.batching.claude.keyIn(batchId, deps.signal)) === key) return { kind: 'found', batchId };
      others.push(batchId);
    }
  }
}
