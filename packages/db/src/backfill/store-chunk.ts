import { eq, sql } from 'drizzle-orm';
import type { HashedArrival, Receipt } from '../arrival.ts';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { reviseWithin } from '../revise-tickets.ts';
import { backfills } from '../schema/backfills.ts';
import { hashOf } from '../text-hash.ts';
import { copyRows, type StagedRow } from './copy-rows.ts';

/** Rows to store together, and how far the file is read when they are. */
export interface Chunk {
  backfillId: number;
  sourceId: number;
  rows: readonly Omit<StagedRow, 'textHash'>[];
  /** Records read before these rows; the chunk is stored only where the backfill stands there. */
  from: number;
  /** Records read with these rows. */
  to: number;
  refused: number;
  skipped: number;
  /** How long the reject file is with the rejects of these records. */
  rejectBytes: number;
  /** Whether the tickets may wait for a Message Batch. */
  isForBatch: boolean;
  /** Whether tickets with a label are to be classified all the same. */
  isLabelledDue: boolean;
}

/** What became of the rows of a chunk. */
export interface Counts {
  created: number;
  revised: number;
  duplicate: number;
  labelled: number;
}

/** One that is not stored changed nothing: somebody holds or cancelled the backfill, or another process reads the file. */
export type Stored = { kind: 'stored'; counts: Counts } | { kind: 'held' | 'cancelled' | 'overtaken' };

/**
 * Stores a chunk and moves the backfill's position on, in one transaction: a run that is killed at any moment goes on
 * after the last chunk without a gap or a second time. Throws DatabaseUnavailable.
 */
export async function storeChunk(db: Db, chunk: Chunk): Promise<Stored> {
  return whileAvailable(() =>
    db.transaction(async (tx): Promise<Stored> => {
      const [backfill] = await tx.select().from(backfills).where(eq(backfills.id, chunk.backfillId)).for('update');
      if (backfill === undefined || backfill.state === 'cancelled') return { kind: 'cancelled' };
      if (backfill.isHeld) return { kind: 'held' };
      if (backfill.position !== chunk.from) return { kind: 'overtaken' };
      const counts = await storeRows(tx, chunk);
      await moveOn(tx, chunk, counts);
      return { kind: 'stored', counts };
    }),
  );
}

async function storeRows(tx: Db, chunk: Chunk): Promise<Counts> {
  if (chunk.rows.length === 0) return { created: 0, revised: 0, duplicate: 0, labelled: 0 };
  const staged = chunk.rows.map((row) => ({ ...row, textHash: hashOf(row.draft) }));
  const { firsts, again } = apart(staged);
  await copyRows(tx, firsts);
  const known = new Set(await insertStaged(tx, chunk));
  const labelled = firsts.some(({ label }, at) => label !== null && !known.has(at)) ? await keepLabels(tx, chunk) : 0;
  const arrivals = [...firsts.filter((_, at) => known.has(at)), ...again].map((row) => arrivalOf(row, chunk));
  const receipts = arrivals.length === 0 ? [] : await reviseWithin(tx, arrivals);
  const revised = receipts.filter(({ outcome }: Receipt) => outcome === 'revised').length;
  return { created: firsts.length - known.size, revised, duplicate: receipts.length - revised, labelled };
}

/** The first row of each ticket, and those that name a ticket again. */
function apart(rows: readonly StagedRow[]): { firsts: StagedRow[]; again: StagedRow[] } {
  const seen = new Set<string>();
  const firsts: StagedRow[] = [];
  const again: StagedRow[] = [];
  for (const row of rows) {
    (seen.has(row.draft.ticket_id) ? again : firsts).push(row);
    seen.add(row.draft.ticket_id);
  }
  return { firsts, again };
}

function arrivalOf({ draft, textHash }: StagedRow, { sourceId, isForBatch }: Chunk): HashedArrival {
  return { sourceId, lane: 'bulk', draft, textHash, isForBatch };
}

/** Inserts what is new and answers the places of the rows whose tickets were there before. */
async function insertStaged(tx: Db, { sourceId, backfillId, isForBatch, isLabelledDue }: Chunk): Promise<number[]> {
  const isDone = isLabelledDue ? sql`false` : sql`category is not null`;
  const known = await tx.execute<{ at: number }>(sql`
    with inserted as (
      insert into tickets (
        source_id, external_id, subject, body, text_hash, requester, channel, language, metadata, created_at, written_at,
        lane, backfill_id, batch, due_at, state)
      select ${sourceId}::int, external_id, subject, body, text_hash, requester, channel, language, '{}', created_at,
             written_at, 'bulk', ${backfillId}::int, case when ${isForBatch} and not ${isDone} then 'awaiting' end, now(),
             case when ${isDone} then 'routed' else 'received' end
      from staged order by at
      on conflict (source_id, external_id) do nothing
      returning external_id)
    select at from staged where external_id not in (select external_id from inserted)`);
  return known.map(({ at }) => at);
}

/** Keeps what the file says as examples, and shows it on tickets that need no classification as their first decision. */
async function keepLabels(tx: Db, { sourceId, backfillId }: Chunk): Promise<number> {
  const labelledBy = `backfill ${backfillId}`;
  const kept = await tx.execute(sql`
    with labelled as materialized (
      select tickets.id, tickets.state, staged.*
      from staged join tickets on tickets.source_id = ${sourceId}::int and tickets.external_id = staged.external_id
      where staged.category is not null and tickets.backfill_id = ${backfillId}::int and tickets.decision_id is null
    ), taught as (
      insert into examples (ticket_id, subject, body, category, subcategory, provenance, labelled_by, weight)
      select id, subject, body, category, subcategory, 'history', ${labelledBy}, 1 from labelled
      on conflict do nothing
      returning ticket_id
    ), decided as (
      insert into decisions (
        ticket_id, revision, mode, actor_kind, actor, action, reason, category, subcategory, team, priority, sla_hours)
      select id, 1, 'auto', 'helpdesk', ${labelledBy}, 'route', 'history', category, subcategory, team, priority,
             sla_hours
      from labelled where state = 'routed'
      returning *
    ), shown as (
      update tickets
      set decision_id = decided.id, decided_at = now(), action = decided.action, reason = decided.reason,
          category = decided.category, subcategory = decided.subcategory, team = decided.team,
          priority = decided.priority, sla_hours = decided.sla_hours
      from decided where tickets.id = decided.ticket_id
    )
    select ticket_id from taught`);
  return kept.length;
}

async function moveOn(tx: Db, chunk: Chunk, { created, revised, duplicate, labelled }: Counts): Promise<void> {
  await tx
    .update(backfills)
    .set({
      position: chunk.to,
      rejectBytes: chunk.rejectBytes,
      created: sql`${backfills.created} + ${created}`,
      revised: sql`${backfills.revised} + ${revised}`,
      duplicate: sql`${backfills.duplicate} + ${duplicate}`,
      labelled: sql`${backfills.labelled} + ${labelled}`,
      skipped: sql`${backfills.skipped} + ${chunk.skipped}`,
      refused: sql`${backfills.refused} + ${chunk.refused}`,
      changedAt: new Date(),
    })
    .where(eq(backfills.id, chunk.backfillId));
}
