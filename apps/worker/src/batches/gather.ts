import { isChunkDue } from '@usher/core/batches/chunk';
import { laneStanding } from '@usher/db/batches/chunks';
import { countAwaiting, writeDownChunk } from '@usher/db/batches/write-down-chunk';
import { randomBytes } from 'node:crypto';
import type { LaneDeps } from './lane.ts';

/**
 * Writes down the next chunk, one at a time: as long as there is one that was not sent, or that has to be looked at, no
 * other is begun. Answers whether there is one now.
 */
export async function gather({ db, batching, current, report }: LaneDeps): Promise<boolean> {
  const { requests: size } = batching.limits;
  const waiting = await countAwaiting(db, { most: size });
  if (!isChunkDue({ ...waiting, size, gatherMs: batching.gatherMs })) return false;
  const { hasUnsent, isSending } = await laneStanding(db);
  if (hasUnsent || isSending) return false;
  const { release } = await current();
  const key = randomBytes(9).toString('hex');
  const chunk = { key, releaseId: release.id, model: batching.claude.model, most: size };
  const chunkId = await writeDownChunk(db, chunk);
  if (chunkId === undefined) return false;
  report({ kind: 'chunk_written', chunkId });
  return true;
}
