import { type ChunkLimits, filledWith, fits, roomInQueue } from '@usher/core/batches/chunk';
import { customId } from '@usher/core/batches/custom-id';
import { nextLookMs, nextTryMs } from '@usher/core/batches/next-look';
import { type Failure, isFailure } from '@usher/core/failure';
import { type Chunk, laneStanding } from '@usher/db/batches/chunks';
import { countWaiting, dropDecided } from '@usher/db/batches/members';
import { moveChunk } from '@usher/db/batches/move-chunk';
import { releaseMembers } from '@usher/db/batches/place-tickets';
import { type BatchRequest, isRefusal } from '@usher/engines/claude/batches';
import type { Current } from '../current-release.ts';
import { outlast } from '../outlast.ts';
import { paramsFor } from './ask-for.ts';
import type { LaneDeps } from './lane.ts';
import { everyMember } from './members-of.ts';

/** How long a chunk waits before it asks again whether Claude's queue has room for it. */
const ROOM_AGAIN_MS = 15_000;

/**
 * Sends a chunk. It is written down that it is being sent before it is, with what tells its batch from others, so that
 * however this ends nobody sends it again without having looked.
 */
export async function sendChunk(chunk: Chunk, deps: LaneDeps): Promise<void> {
  const { db, batching, signal } = deps;
  const { id: chunkId } = chunk;
  const current = await deps.current();
  if (current.release.id !== chunk.releaseId) {
    // What was tried is not what would be sent now.
    await moveChunk(db, { chunkId, from: ['tried'], to: 'written', inMs: 0 });
    return;
  }
  await dropDecided(db, chunkId);
  if (!(await hasRoom(chunk, deps))) return;
  const { requests, bytes } = await buildRequests(chunk, current, deps);
  if (requests.length === 0) {
    await moveChunk(db, { chunkId, from: ['tried'], to: 'done', inMs: 0, set: { endedAt: new Date() } });
    return;
  }
  const newestBefore = await batching.claude.newest(signal);
  const set = { requests: requests.length, bytes, newestBefore, sentAt: new Date() };
  const isMine = await moveChunk(db, { chunkId, from: ['tried'], to: 'sending', inMs: batching.settleMs, set });
  if (isMine) await create(chunk, { requests, bytes }, deps);
}

async function hasRoom({ id: chunkId }: Chunk, { db, batching }: LaneDeps): Promise<boolean> {
  const [{ queued, stopped }, waiting] = await Promise.all([laneStanding(db), countWaiting(db, chunkId)]);
  const room = roomInQueue({ queued, limit: batching.queuedLimit });
  if (stopped === null && waiting <= room) return true;
  const reason = stopped ?? `Claude may hold ${batching.queuedLimit} requests and has ${queued}.`;
  await moveChunk(db, { chunkId, from: ['tried'], to: 'tried', inMs: ROOM_AGAIN_MS, set: { reason } });
  return false;
}

interface Built {
  requests: BatchRequest[];
  bytes: number;
}

/** The requests of a chunk; tickets that do not fit await the next one. */
async function buildRequests(chunk: Chunk, current: Current, deps: LaneDeps): Promise<Built> {
  const requests: BatchRequest[] = [];
  let filled: ChunkLimits = { requests: 0, bytes: 0 };
  let last = 0;
  for await (const member of everyMember(deps.db, chunk.id)) {
    deps.signal.throwIfAborted();
    const params = await paramsFor(member, current, deps);
    const request = { custom_id: customId({ ...member, key: chunk.key }), params };
    const size = Buffer.byteLength(JSON.stringify(request));
    if (!fits(size, filled, deps.batching.limits)) {
      await releaseMembers(deps.db, { chunkId: chunk.id, as: 'dropped', to: 'again', after: last });
      break;
    }
    requests.push(request);
    filled = filledWith(size, filled);
    last = member.ticketId;
  }
  return { requests, bytes: filled.bytes };
}

async function create({ id: chunkId, failures }: Chunk, { requests, bytes }: Built, deps: LaneDeps): Promise<void> {
  const { db, batching, signal, report } = deps;
  try {
    const { id: batchId } = await batching.claude.create(requests, signal);
    const move = { chunkId, from: ['sending'], to: 'created', inMs: nextLookMs(0), set: { batchId } } as const;
    await outlast(() => moveChunk(db, move), signal);
    report({ kind: 'chunk_sent', chunkId, batchId, requests: requests.length, bytes });
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    const move = afterFailure(thrown, { failures: failures + 1, settleMs: batching.settleMs });
    await outlast(() => moveChunk(db, { chunkId, from: ['sending'], ...move }), signal);
    if (move.to === 'stopped') report({ kind: 'chunk_stopped', chunkId, reason: move.set.reason });
    else report({ kind: 'chunk_not_created', chunkId, error: thrown, isSure: isRefusal(thrown), waitMs: move.inMs });
  }
}

/** Money comes back tomorrow, or when somebody acts. */
const MONEY_AGAIN_MS = 600_000;

/** A refusal leaves nothing behind; after anything else a batch may exist, and is looked for once it would be listed. */
function afterFailure(failure: Failure, { failures, settleMs }: { failures: number; settleMs: number }) {
  const reason = failure.message;
  if (!isRefusal(failure)) return { to: 'sending', inMs: settleMs, set: { reason, failures } } as const;
  if (failure.code === 'content_rejected') return { to: 'stopped', inMs: 0, set: { reason, failures } } as const;
  const { retry, code } = failure;
  const waitMs =
    typeof retry === 'object' ? retry.afterMs : code === 'budget_spent' ? MONEY_AGAIN_MS : nextTryMs(failures);
  return { to: 'tried', inMs: waitMs, set: { reason, failures } } as const;
}
