import type { ChunkState } from '@usher/core/batches/chunk';
import { nextTryMs } from '@usher/core/batches/next-look';
import { type Failure, isFailure, retryOf } from '@usher/core/failure';
import { type Chunk, takeDueChunk } from '@usher/db/batches/chunks';
import { moveChunk } from '@usher/db/batches/move-chunk';
import { leaveLane, releaseMembers } from '@usher/db/batches/place-tickets';
import type { Deps } from '../deps.ts';
import { outlast } from '../outlast.ts';
import type { Batching } from './batching.ts';
import { findLost } from './find-lost.ts';
import { gather } from './gather.ts';
import { ingest } from './ingest.ts';
import { look } from './look.ts';
import { sendChunk } from './send.ts';
import { tryChunk } from './try.ts';

/** What a step works with. */
export type LaneDeps = Deps & { batching: Batching };

/** A step that ended without an end is taken up again after so long. */
const LEASE_MS = 10_000;
/** So many starts of a step without an end say that this chunk stops workers. */
const MOST_STARTS = 5;

type OpenState = Exclude<ChunkState, 'done' | 'cancelled' | 'stopped'>;

/** What is done next about a chunk, by its state. Each step may be repeated at any time, because a crash may follow it. */
const steps: Record<OpenState, (chunk: Chunk, deps: LaneDeps) => Promise<void>> = {
  written: tryChunk,
  tried: sendChunk,
  sending: findLost,
  created: look,
  ingesting: ingest,
};

/** Takes every step that is due, and writes down a new chunk whenever there is nothing else to do. */
export async function driveLane(deps: LaneDeps): Promise<void> {
  const { bulk } = deps.maxAges;
  if (bulk !== undefined) await leaveLane(deps.db, { olderThanMs: bulk });
  while (!deps.signal.aborted) {
    const chunk = await takeDueChunk(deps.db, { leaseMs: LEASE_MS });
    if (chunk !== undefined) await takeStep(chunk, deps);
    else if (!(await gather(deps))) return;
  }
}

async function takeStep(chunk: Chunk, deps: LaneDeps): Promise<void> {
  if (chunk.starts > MOST_STARTS) return giveUp(chunk, deps);
  try {
    const { state } = chunk;
    if (isOpen(state)) await steps[state](chunk, deps);
  } catch (thrown) {
    if (!deps.signal.aborted && !isFailure(thrown)) throw thrown;
    await postpone(chunk, thrown, deps);
  }
}

function isOpen(state: ChunkState): state is OpenState {
  return Object.hasOwn(steps, state);
}

/** The chunk is as it was; what the step had done it finds done when it is repeated. */
async function postpone({ id: chunkId, state, ...chunk }: Chunk, thrown: unknown, deps: LaneDeps): Promise<void> {
  const failures = chunk.failures + 1;
  const isStopping = deps.signal.aborted;
  const retry = retryOf(thrown);
  const waitMs = isStopping ? 0 : typeof retry === 'object' ? retry.afterMs : nextTryMs(failures);
  const set = isStopping || !isFailure(thrown) ? { failures: chunk.failures } : { failures, reason: reasonOf(thrown) };
  await outlast(() => moveChunk(deps.db, { chunkId, from: [state], to: state, inMs: waitMs, set }), deps.signal);
  if (isStopping) throw thrown;
  deps.report({ kind: 'chunk_postponed', chunkId, state, error: thrown, waitMs });
}

function reasonOf({ message, code }: Failure): string {
  return message === '' ? code : message;
}

/** A chunk that keeps ending workers is taken apart before it was sent; afterwards somebody has to look. */
async function giveUp({ id: chunkId, state }: Chunk, { db, report }: LaneDeps): Promise<void> {
  const reason = 'Working on this chunk failed repeatedly without an end.';
  if (state === 'written' || state === 'tried') {
    await releaseMembers(db, { chunkId, as: 'queue', to: 'queue' });
    await moveChunk(db, { chunkId, from: [state], to: 'cancelled', inMs: 0, set: { reason, endedAt: new Date() } });
  } else {
    await moveChunk(db, { chunkId, from: [state], to: 'stopped', inMs: 0, set: { reason } });
  }
  report({ kind: 'chunk_stopped', chunkId, reason });
}
