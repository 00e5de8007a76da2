import { type LineResult, readResultLine, type ResultLine } from '@usher/core/batches/result-line';
import { type Chunk, findChunk } from '@usher/db/batches/chunks';
import { countWaiting, type MemberFacts, waitingAmong } from '@usher/db/batches/members';
import { moveAndReturnMoney } from '@usher/db/batches/move-chunk';
import { releaseMembers } from '@usher/db/batches/place-tickets';
import type { Settlement } from '@usher/db/batches/settle-members';
import { findRelease } from '@usher/db/releases';
import { askAfterClaude } from './ask-for.ts';
import { ReleaseMissing, ResultsIncomplete } from './failures.ts';
import { type JudgeRules, judgeAnswer, judgeNoAnswer } from './judge.ts';
import type { LaneDeps } from './lane.ts';
import { matched, settle } from './settle.ts';

/** Results that are written down at a time, in one transaction. */
const GROUP = 100;
/** So many whole readings without a line for some requests say that there is none. */
const MOST_READINGS = 5;

/**
 * Reads the results of a batch that ended. Every member is settled once, however often they are read: a stream that was
 * cut is read again from the top, because it cannot be resumed.
 */
export async function ingest(chunk: Chunk, deps: LaneDeps): Promise<void> {
  const { id: chunkId, batchId, key } = chunk;
  if (batchId === null) throw new Error(`chunk ${chunkId} has no batch`);
  const reading = await openReading({ ...chunk, batchId }, deps);
  let group: ResultLine[] = [];
  for await (const line of deps.batching.claude.results(batchId, deps.signal)) {
    const read = readResultLine(line);
    if (read === undefined || read.name.key !== key) continue;
    group.push(read);
    if (group.length < GROUP) continue;
    await settleGroup(group, reading, deps);
    group = [];
  }
  await settleGroup(group, reading, deps);
  await finish(chunk, deps);
}

interface Reading {
  chunkId: number;
  batchId: string;
  rules: JudgeRules;
  /** How long the batch took, in milliseconds. */
  durationMs: number;
}

async function openReading(chunk: Chunk & { batchId: string }, deps: LaneDeps): Promise<Reading> {
  const release = await findRelease(deps.db, chunk.releaseId);
  if (release === undefined) throw new ReleaseMissing(chunk.releaseId);
  const current = await deps.current();
  const rules = { release, inForce: current.release.taxonomy, mode: deps.mode, auditShare: deps.auditShare };
  const endedAt = chunk.endedAt ?? new Date();
  const durationMs = Math.max(0, endedAt.getTime() - (chunk.sentAt ?? endedAt).getTime());
  return { chunkId: chunk.id, batchId: chunk.batchId, rules, durationMs };
}

async function settleGroup(group: readonly ResultLine[], reading: Reading, deps: LaneDeps): Promise<void> {
  if (group.length === 0) return;
  const { chunkId, rules } = reading;
  const lines = group.map(({ name, result }) => ({ ...name, result }));
  const facts = await waitingAmong(deps.db, { chunkId, revisions: lines });
  const judged = [];
  for (const { item, facts: own } of matched(lines, facts))
    judged.push({ facts: own, settlement: await judgeLine(item.result, own, { reading, deps }) });
  await settle({ chunkId, releaseId: rules.release.id, mode: deps.mode }, judged, deps);
}

async function judgeLine(
  result: LineResult,
  facts: MemberFacts,
  { reading, deps }: { reading: Reading; deps: LaneDeps },
): Promise<Settlement> {
  if (result.kind !== 'succeeded') return judgeNoAnswer(facts, result);
  const { rules, batchId, durationMs } = reading;
  const about = { taxonomy: rules.release.taxonomy, batchId, durationMs };
  const read = deps.batching.claude.read(result.message, about);
  if (read === undefined) return judgeNoAnswer(facts, { kind: 'errored', error: 'not_an_answer', detail: '' });
  const { record } = read;
  const answer = await askAfterClaude({ member: facts, record }, await deps.current(), deps);
  return judgeAnswer(facts, { answer, record }, rules);
}

async function finish({ id: chunkId, failures }: Chunk, { db, report }: LaneDeps): Promise<void> {
  const missing = await countWaiting(db, chunkId);
  if (missing > 0 && failures < MOST_READINGS) throw new ResultsIncomplete(missing);
  if (missing > 0) await releaseMembers(db, { chunkId, as: 'again', to: 'again' });
  const chunk = await findChunk(db, chunkId);
  if (chunk === undefined) return;
  const { answered, errored, expired, canceled, costMicroUsd, endedAt } = chunk;
  const to = canceled > 0 ? 'cancelled' : 'done';
  const move = { chunkId, from: ['ingesting'], to, inMs: 0, set: { endedAt } } as const;
  if (!(await moveAndReturnMoney(db, move, { isUnsent: false }))) return;
  report({ kind: 'chunk_ended', chunkId, answered, errored, expired, canceled, costMicroUsd });
}
