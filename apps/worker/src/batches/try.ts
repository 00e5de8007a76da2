import type { Chunk } from '@usher/db/batches/chunks';
import { dropDecided, type MemberText, memberTexts, waitingAmong } from '@usher/db/batches/members';
import { moveChunk } from '@usher/db/batches/move-chunk';
import type { ClaudeCall } from '@usher/engines/claude/call';
import type { Current } from '../current-release.ts';
import { askAfterClaude, askWithoutClaude, paramsFor, suggestRequestOf } from './ask-for.ts';
import { judgeAnswer, sendOn, settleBy } from './judge.ts';
import type { LaneDeps } from './lane.ts';
import { membersOf } from './members-of.ts';
import { matched, settle } from './settle.ts';

/** So many requests of different tickets that are refused say that it is not the tickets. */
const MOST_REFUSED = 3;

/**
 * Prepares a chunk: leaves out what was decided meanwhile, decides what the engine in force answers without Claude, and
 * sends one request live. A batch tells only at its end that its parameters are no good, so that this one call keeps a
 * whole chunk from coming back errored. Its answer counts for its ticket.
 */
export async function tryChunk(chunk: Chunk, deps: LaneDeps): Promise<void> {
  const { db, mode } = deps;
  const { id: chunkId } = chunk;
  const current = await deps.current();
  const settling = { chunkId, releaseId: current.release.id, mode };
  await dropDecided(db, chunkId);
  for await (const page of membersOf(db, chunkId)) await decideAlone(page, settling, { current, deps });
  const tried = await tryOne(settling, current, deps);
  switch (tried.kind) {
    case 'accepted':
      await moveChunk(db, {
        chunkId,
        from: ['written'],
        to: 'tried',
        inMs: 0,
        set: { releaseId: current.release.id, model: deps.batching.claude.model },
      });
      return;
    case 'nobody':
      await moveChunk(db, { chunkId, from: ['written'], to: 'done', inMs: 0, set: { endedAt: new Date() } });
      return;
    case 'refused': {
      const reason = `Claude refuses these requests as they are, so that none was sent: ${tried.detail}`;
      await moveChunk(db, { chunkId, from: ['written'], to: 'stopped', inMs: 0, set: { reason } });
      deps.report({ kind: 'chunk_stopped', chunkId, reason });
    }
  }
}

type Settling = Parameters<typeof settle>[0];

async function decideAlone(
  page: readonly MemberText[],
  settling: Settling,
  { current, deps }: { current: Current; deps: LaneDeps },
): Promise<void> {
  const facts = await waitingAmong(deps.db, { chunkId: settling.chunkId, revisions: page });
  const { mode, auditShare } = deps;
  const judged = [];
  for (const { item, facts: own } of matched(page, facts)) {
    const answer = await askWithoutClaude(item, current, deps);
    if (answer === null) continue;
    judged.push({
      facts: own,
      settlement: settleBy(own, answer, { release: current.release, mode, auditShare, tally: null }),
    });
  }
  await settle(settling, judged, deps);
}

type Tried = { kind: 'accepted' } | { kind: 'refused'; detail: string } | { kind: 'nobody' };

async function tryOne(settling: Settling, current: Current, deps: LaneDeps): Promise<Tried> {
  const { chunkId } = settling;
  const members = await memberTexts(deps.db, { chunkId, after: 0, limit: MOST_REFUSED });
  const refused: MemberText[] = [];
  for (const member of members) {
    const { caller, taxonomy, signal } = suggestRequestOf(member, current, deps);
    const params = await paramsFor(member, current, deps);
    const call = await deps.batching.claude.tryOne(params, { caller, taxonomy, signal });
    if (call.reading.outcome !== 'content_rejected') {
      await settleCalls([...refused.map(unread), { member, call }], settling, { current, deps });
      return { kind: 'accepted' };
    }
    refused.push(member);
    if (refused.length === MOST_REFUSED) return { kind: 'refused', detail: call.reading.detail };
  }
  // Too few to tell tickets from parameters: the queue asks about each of them alone.
  await settleCalls(refused.map(unread), settling, { current, deps });
  return { kind: 'nobody' };
}

interface Asked {
  member: MemberText;
  call: ClaudeCall | null;
}

function unread(member: MemberText): Asked {
  return { member, call: null };
}

async function settleCalls(
  asked: readonly Asked[],
  settling: Settling,
  { current, deps }: { current: Current; deps: LaneDeps },
): Promise<void> {
  const { release } = current;
  const { mode, auditShare } = deps;
  const revisions = asked.map(({ member }) => member);
  const facts = await waitingAmong(deps.db, { chunkId: settling.chunkId, revisions });
  const calls = new Map(asked.map(({ member, call }) => [member.ticketId, call]));
  const judged = [];
  for (const own of facts) {
    const record = calls.get(own.ticketId)?.record;
    const answer = record === undefined ? null : await askAfterClaude({ member: own, record }, current, deps);
    const rules = { release, inForce: release.taxonomy, mode, auditShare };
    const settlement = record === undefined ? sendOn(own) : judgeAnswer(own, { answer, record }, rules);
    // It was a live call, and no part of the batch.
    judged.push({ facts: own, settlement: { ...settlement, tally: null } });
  }
  await settle(settling, judged, deps);
}
