import { sql } from 'drizzle-orm';
import type { HashedArrival, Receipt } from './arrival.ts';
import type { Db } from './connect.ts';
import { type KnownTicket, planRevisions, type RevisionPlan } from './plan-revisions.ts';

/**
 * Handles drafts whose tickets are known, and answers one receipt each, in order. A text that was seen before changes
 * nothing; a changed one becomes the newest revision and makes work due again; one that is older by the source's own clock
 * only joins the history. A fixed number of statements, however many drafts there are.
 */
export async function reviseTickets(db: Db, arrivals: readonly HashedArrival[]): Promise<Receipt[]> {
  if (arrivals.length === 0) return [];
  const seen = planRevisions(arrivals, await readTickets(db, arrivals, 'look'));
  // Redeliveries are the most frequent case by far; they need no lock, because they change nothing.
  if (seen.isUnchanged) return seen.receipts;
  return db.transaction((tx) => reviseWithin(tx, arrivals));
}

/** The same in a transaction of the caller's, which locks the tickets until its end. */
export async function reviseWithin(tx: Db, arrivals: readonly HashedArrival[]): Promise<Receipt[]> {
  const plan = planRevisions(arrivals, await readTickets(tx, arrivals, 'lock'));
  if (plan.isUnchanged) return plan.receipts;
  await keepTexts(tx, plan);
  await takeTexts(tx, plan);
  return plan.receipts;
}

type TicketRow = Omit<KnownTicket, 'writtenAt' | 'revisions'> & { writtenAt: number | null };

async function readTickets(db: Db, arrivals: readonly HashedArrival[], how: 'look' | 'lock'): Promise<KnownTicket[]> {
  const keys = JSON.stringify(arrivals.map(({ sourceId, draft }) => [sourceId, draft.ticket_id]));
  // By number, so that two transactions with the same tickets wait for each other instead of deadlocking.
  const rows = await db.execute<TicketRow>(sql`
    select tickets.id::float8 as "ticketId", tickets.source_id as "sourceId", external_id as "externalId", revision,
           text_hash as "textHash", lane, extract(epoch from written_at)::float8 * 1000 as "writtenAt"
    from tickets
    where (source_id, external_id) in (
      select (value ->> 0)::int, value ->> 1 from jsonb_array_elements(${keys}::jsonb))
    order by tickets.id ${how === 'lock' ? sql`for update` : sql``}`);
  const older = await readRevisions(db, rows);
  return rows.map(({ writtenAt, ...ticket }) => ({
    ...ticket,
    writtenAt: writtenAt === null ? null : new Date(writtenAt),
    revisions: older.get(ticket.ticketId) ?? [],
  }));
}

async function readRevisions(db: Db, rows: readonly TicketRow[]) {
  const ids = JSON.stringify(rows.map(({ ticketId }) => ticketId));
  const found = await db.execute<{ ticketId: number; revision: number; textHash: string }>(sql`
    select ticket_id::float8 as "ticketId", revision, text_hash as "textHash" from ticket_revisions
    where ticket_id in (select value::bigint from jsonb_array_elements_text(${ids}::jsonb))`);
  return Map.groupBy(found, ({ ticketId }) => ticketId);
}

/** Texts that are replaced, as they stand in their tickets, and texts that never became the newest. */
async function keepTexts(tx: Db, { replaced, kept }: RevisionPlan): Promise<void> {
  await tx.execute(sql`
    insert into ticket_revisions (ticket_id, revision, subject, body, text_hash, written_at, received_at, lane)
    select id, revision, subject, body, text_hash, written_at, revised_at, lane from tickets
    where id in (select value::bigint from jsonb_array_elements_text(${JSON.stringify(replaced)}::jsonb))
    union all
    select ticket_id, revision, subject, body, text_hash, written_at, now(), null
    from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as kept (
      ticket_id bigint, revision int, subject text, body text, text_hash text, written_at timestamptz)`);
}

async function takeTexts(tx: Db, { taken }: RevisionPlan): Promise<void> {
  if (taken.length === 0) return;
  await tx.execute(sql`
    update tickets
    set revision = taken.revision, subject = taken.subject, body = taken.body, text_hash = taken.text_hash,
        requester = coalesce(taken.requester, tickets.requester), channel = coalesce(taken.channel, tickets.channel),
        language = coalesce(taken.language, tickets.language), metadata = tickets.metadata || taken.metadata,
        written_at = taken.written_at, revised_at = now(), lane = taken.lane, batch = taken.batch, backfill_id = 0, state = 'received', due_at = now(),
        starts = 0, predicted = null, truth = null
    from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as taken (
      ticket_id bigint, revision int, subject text, body text, text_hash text, requester text, channel text,
      language text, metadata jsonb, written_at timestamptz, lane text, batch text)
    where tickets.id = taken.ticket_id`);
}
