import { eq, sql } from 'drizzle-orm';
import type { HashedArrival } from '../arrival.ts';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { reviseWithin } from '../revise-tickets.ts';
import { backfills } from '../schema/backfills.ts';
import { copyTickets, insertTickets, isTicketTaken } from './copy-tickets.ts';
import type { PackedRows } from './packed-rows.ts';

/** Rows to store together, and how far the file is read when they are. */
export interface Chunk {
  rows: PackedRows;
  /** Whether some of its tickets are likely known: then nothing is gained by trying the quick way first. */
  isKnown: boolean;
  /** Records read before these rows; the chunk is stored only where the backfill stands there. */
  from: number;
  /** Records read with these rows. */
  to: number;
  refused: number;
  skipped: number;
  /** How long the reject file is with the rejects of these records. */
  rejectBytes: number;
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
  for (let tries = 1; ; tries += 1) {
    const storeNew = chunk.isKnown || tries > 1 ? insertTickets : copyNew;
    try {
      return await storeWith(storeNew, db, chunk);
    } catch (thrown) {
      if (!isTicketTaken(thrown) || tries === MOST_TRIES) throw thrown;
    }
  }
}

/** Another process that stores the same tickets gets on each time that this one gives way. */
const MOST_TRIES = 10;

/** Stores the rows whose tickets are new, and answers the others. */
type StoreNew = (tx: Db, rows: PackedRows) => Promise<HashedArrival[]>;

/** Costs half of an insert that looks for known tickets, and breaks where there is one. */
async function copyNew(tx: Db, rows: PackedRows): Promise<HashedArrival[]> {
  await copyTickets(tx, rows);
  return [];
}

/** What a server that breaks down has not yet on disk is lost together with the position, and read again: nobody waits for the disk. */
const STANDING = {
  state: backfills.state,
  isHeld: backfills.isHeld,
  position: backfills.position,
  hurried: sql`set_config('synchronous_commit', 'off', true)`,
};

async function storeWith(storeNew: StoreNew, db: Db, chunk: Chunk): Promise<Stored> {
  const { backfillId } = chunk.rows.origin;
  return whileAvailable(() =>
    db.transaction(async (tx): Promise<Stored> => {
      const [backfill] = await tx.select(STANDING).from(backfills).where(eq(backfills.id, backfillId)).for('update');
      if (backfill === undefined || backfill.state === 'cancelled') return { kind: 'cancelled' };
      if (backfill.isHeld) return { kind: 'held' };
      if (backfill.position !== chunk.from) return { kind: 'overtaken' };
      const counts = await storeRows(storeNew, tx, chunk.rows);
      await moveOn(tx, chunk, counts);
      return { kind: 'stored', counts };
    }),
  );
}

async function storeRows(storeNew: StoreNew, tx: Db, rows: PackedRows): Promise<Counts> {
  const known = rows.count === 0 ? [] : await storeNew(tx, rows);
  const labelled = rows.labels.size === 0 ? 0 : await keepLabels(tx, rows);
  const receipts = known.length === 0 ? [] : await reviseWithin(tx, known);
  const revised = receipts.filter(({ outcome }) => outcome === 'revised').length;
  return { created: rows.count - known.length, revised, duplicate: receipts.length - revised, labelled };
}

/** Keeps what the file says as examples, and shows it on tickets that need no classification as their first decision. */
async function keepLabels(tx: Db, { labels, origin: { sourceId, backfillId } }: PackedRows): Promise<number> {
  const labelledBy = `backfill ${backfillId}`;
  const given = [...labels].map(([externalId, label]) => ({ ...label, externalId }));
  const kept = await tx.execute(sql`
    with given as materialized (
      select ticket.*, label.category, label.subcategory, label.team, label.priority, label."slaHours" as sla_hours
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as label (
        "externalId" text, category text, subcategory text, team text, priority text, "slaHours" real)
      cross join lateral (
        -- Ticket by ticket: with old statistics a join would rather read all of them.
        select id, state, subject, body from tickets
        where source_id = ${sourceId}::int and external_id = label."externalId"
          and backfill_id = ${backfillId}::int and decision_id is null
        limit 1) as ticket
    ), taught as (
      insert into examples (ticket_id, subject, body, category, subcategory, provenance, labelled_by, weight)
      select id, subject, body, category, subcategory, 'history', ${labelledBy}, 1 from given
      on conflict do nothing
      returning ticket_id
    ), decided as (
      insert into decisions (
        ticket_id, revision, mode, actor_kind, actor, action, reason, category, subcategory, team, priority, sla_hours)
      select id, 1, 'auto', 'helpdesk', ${labelledBy}, 'route', 'history', category, subcategory, team, priority,
             sla_hours
      from given where state = 'routed'
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
    .where(eq(backfills.id, chunk.rows.origin.backfillId));
}
