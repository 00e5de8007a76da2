import { type ChunkLimits, filledWith, fits, roomInQueue } from '@usher/core/batches/chunk';
import { customId } from '@usher/core/batches/custom-id';
import { nextLookMs, nextTryMs } from '@usher/core/batches/next-look';
import { type Failure, isFailure } from '@usher/core/failure';
import { type ChunkWish, holdMoney } from '@usher/db/batches/chunk-money';
import { type Chunk, laneStanding } from '@usher/db/batches/chunks';
import { countWaiting, dropDecided } from '@usher/db/batches/members';
import { moveAndReturnMoney, moveChunk } from '@usher/db/batches/move-chunk';
import { releaseMembers } from '@usher/db/batches/place-tickets';
import { type BatchRequest, isRefusal } from '@usher/engines/claude/batches';
import type { Current } from '../current-release.ts';
import { outlast } from '../outlast.ts';
import { paramsFor } from './ask-for.ts';
import { MoneyShort } from './failures.ts';
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
  const built = await buildRequests(chunk, current, deps);
  if (built.requests.length === 0) {
    await moveChunk(db, { chunkId, from: ['tried'], to: 'done', inMs: 0, set: { endedAt: new Date() } });
    return;
  }
  const newestBefore = await batching.claude.newest(signal);
  try {
    if (await begin(chunk, { built, newestBefore }, deps)) await create(chunk, built, deps);
  } catch (thrown) {
    if (!(thrown instanceof MoneyShort)) throw thrown;
    await shrink(chunk, { built, leftMicroUsd: thrown.leftMicroUsd, thrown }, deps);
  }
}

/** Writes down that a chunk is being sent and takes its worst case out of the day's money: both or neither. */
async function begin(
  { id: chunkId }: Chunk,
  { built, newestBefore }: { built: Built; newestBefore: string | null },
  { db, batching }: LaneDeps,
): Promise<boolean> {
  const { dailyMicroUsd, settleMs } = batching;
  const set = { requests: built.requests.length, bytes: built.bytes, newestBefore, sentAt: new Date() };
  return db.transaction(async (tx) => {
    if (!(await moveChunk(tx, { chunkId, from: ['tried'], to: 'sending', inMs: settleMs, set }))) return false;
    const spent = await holdMoney(tx, { chunkId, dailyMicroUsd, wishes: wishesOf(built.prices) });
    if (spent !== null) throw new MoneyShort(spent);
    return true;
  });
}

function wishesOf(prices: readonly Price[]): ChunkWish[] {
  const bySource = Map.groupBy(prices, ({ sourceId }) => sourceId);
  return [...bySource].map(([sourceId, some]) => ({
    sourceId,
    worstMicroUsd: some.reduce((sum, { worstMicroUsd }) => sum + worstMicroUsd, 0),
  }));
}

/** Keeps as many tickets in a chunk as the day's money suffices for; for none at all it waits until tomorrow. */
async function shrink(
  { id: chunkId }: Chunk,
  { built, leftMicroUsd, thrown }: { built: Built; leftMicroUsd: number; thrown: MoneyShort },
  { db }: LaneDeps,
): Promise<void> {
  let worst = 0;
  const affordable = built.prices.filter(({ worstMicroUsd }) => (worst += worstMicroUsd) <= leftMicroUsd);
  const last = affordable.at(-1);
  if (last === undefined) throw thrown;
  await releaseMembers(db, { chunkId, as: 'dropped', to: 'again', after: last.ticketId });
  await moveChunk(db, { chunkId, from: ['tried'], to: 'tried', inMs: 0 });
}

async function hasRoom({ id: chunkId }: Chunk, { db, batching }: LaneDeps): Promise<boolean> {
  const [{ queued, stopped }, waiting] = await Promise.all([laneStanding(db), countWaiting(db, chunkId)]);
  const room = roomInQueue({ queued, limit: batching.queuedLimit });
  if (stopped === null && waiting <= room) return true;
  const reason = stopped ?? `Claude may hold ${batching.queuedLimit} requests and has ${queued}.`;
  await moveChunk(db, { chunkId, from: ['tried'], to: 'tried', inMs: ROOM_AGAIN_MS, set: { reason } });
  return false;
}

/** What one request costs at worst, and who pays. */
interface Price extends ChunkWish {
  ticketId: number;
}

interface Built {
  requests: BatchRequest[];
  prices: Price[];
  bytes: number;
}

/** The requests of a chunk; tickets that do not fit await the next one. */
async function buildRequests(chunk: Chunk, current: Current, deps: LaneDeps): Promise<Built> {
  const requests: BatchRequest[] = [];
  const prices: Price[] = [];
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
    const { ticketId, sourceId } = member;
    prices.push({ ticketId, sourceId, worstMicroUsd: deps.batching.claude.worstMicroUsd(params) });
    filled = filledWith(size, filled);
    last = member.ticketId;
  }
  return { requests, prices, bytes: filled.bytes };
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
    const next = { chunkId, from: ['sending'], ...move } as const;
    const isUnsent = isRefusal(thrown);
    await outlast(() => (isUnsent ? moveAndReturnMoney(db, next, { isUnsent }) : moveChunk(db, next)), signal);
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
