import { z } from 'zod';

/**
 * Where a chunk of tickets stands on its way through one Message Batch: its ids are written down; one of its requests was
 * tried live; it is being sent, or its answer was lost; Claude has it; its results are read; over. A stopped one waits for
 * somebody to resume it.
 */
export const ChunkState = z.enum([
  'written',
  'tried',
  'sending',
  'created',
  'ingesting',
  'done',
  'cancelled',
  'stopped',
]);
export type ChunkState = z.infer<typeof ChunkState>;

/** States in which the lane has something to do about a chunk. */
export const openStates = ['written', 'tried', 'sending', 'created', 'ingesting'] as const satisfies ChunkState[];

/** States in which a chunk's requests count as queued with Claude, or may be. */
export const queuedStates = ['sending', 'created'] as const satisfies ChunkState[];

/** How much goes into one batch. */
export interface ChunkLimits {
  requests: number;
  bytes: number;
}

/** What the API takes in one batch at most (Anthropic's documentation of Message Batches, October 2026). */
export const API_LIMITS: ChunkLimits = { requests: 100_000, bytes: 256_000_000 };

/**
 * Bytes of one chunk at most, far below the API's: a body is built in memory, and what is lost or cancelled at once stays
 * small.
 */
export const CHUNK_BYTES = 32_000_000;

/** Bytes that JSON spends on a request beside its id and its parameters. */
const ENVELOPE_BYTES = 32;

/** Whether a request of so many bytes still fits into a chunk that has some already; an empty one takes any. */
export function fits(size: number, filled: ChunkLimits, limits: ChunkLimits): boolean {
  if (filled.requests === 0) return true;
  return filled.requests < limits.requests && filled.bytes + size + ENVELOPE_BYTES <= limits.bytes;
}

/** A chunk with one request more. */
export function filledWith(size: number, { requests, bytes }: ChunkLimits): ChunkLimits {
  return { requests: requests + 1, bytes: bytes + size + ENVELOPE_BYTES };
}

/** How many requests may still be queued with Claude, beside those that are. */
export function roomInQueue({ queued, limit }: { queued: number; limit: number }): number {
  return Math.max(0, limit - queued);
}

export interface Gathering {
  /** Tickets that await a chunk, counted up to the size of one. */
  awaiting: number;
  /** Milliseconds since the oldest of them arrived. */
  oldestMs: number;
  /** Tickets of one chunk. */
  size: number;
  /** How long an incomplete chunk waits for more, in milliseconds. */
  gatherMs: number;
}

/** Whether a chunk should be written down now: it is full, or its first ticket has waited for company long enough. */
export function isChunkDue({ awaiting, oldestMs, size, gatherMs }: Gathering): boolean {
  return awaiting > 0 && (awaiting >= size || oldestMs >= gatherMs);
}
