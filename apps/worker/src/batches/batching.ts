import type { ChunkLimits } from '@usher/core/batches/chunk';
import type { ClaudeBatches } from '@usher/engines/claude/batches';

/** What the lane of Message Batches works with. */
export interface Batching {
  claude: ClaudeBatches;
  /** Requests and bytes of one chunk at most. */
  limits: ChunkLimits;
  /** Requests that may be with Claude at the same time. */
  queuedLimit: number;
  /** What may be spent on a day (UTC), in micro-dollars; null is no limit. */
  dailyMicroUsd: number | null;
  /** How long an incomplete chunk waits for more tickets, in milliseconds. */
  gatherMs: number;
  /**
   * How long after sending a list of recent batches surely shows what was sent, in milliseconds; longer than sending may
   * take.
   */
  settleMs: number;
}
