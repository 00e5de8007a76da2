import { CHUNK_BYTES } from '@usher/core/batches/chunk';
import type { Config } from '@usher/core/config';
import { type ClaudeBatchesOptions, createClaudeBatches } from '@usher/engines/claude/batches';
import type { Batching } from './batching.ts';

/** A backfill writes tickets faster than this; what it leaves over need not wait for more. */
const GATHER_MS = 30_000;
/** Sending takes two minutes at most, and a list may be a little behind. */
const SETTLE_MS = 180_000;

/** The lane of Message Batches as the settings want it; null where no engine asks Claude. */
export function openBatching(config: Config, calling: ClaudeBatchesOptions): Batching | null {
  if (config.engine === 'local') return null;
  const { USHER_BATCH_SIZE: size, USHER_BATCH_QUEUED: queuedLimit } = config;
  return {
    claude: createClaudeBatches(calling),
    limits: { requests: Math.min(size, queuedLimit), bytes: CHUNK_BYTES },
    queuedLimit,
    dailyMicroUsd: config.dailyMicroUsd,
    gatherMs: GATHER_MS,
    settleMs: SETTLE_MS,
  };
}
