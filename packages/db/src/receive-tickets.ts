import { createHash } from 'node:crypto';
import type { TicketDraft } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import { type Arrival, batchPlaceOf, type HashedArrival, type Receipt } from './arrival.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { reviseTicket } from './revise-ticket.ts';

/** Milliseconds that the queue's hint has before the sweep looks at a new ticket itself. */
const GRACE_MS = 10_000;

/**
 * Stores drafts, many in one statement, and answers one receipt each, in order. When it returns, they are committed.
 * Throws DatabaseUnavailable; then the caller must assume that nothing was stored.
 */
export async function receiveTickets(db: Db, arrivals: readonly Arrival[]): Promise<Receipt[]> {
  const drafts = arrivals.map((arrival) => ({ ...arrival, textHash: hashOf(arrival.draft), key: keyOf(arrival) }));
  // In a fixed order, so that two statements with the same tickets wait for each other instead of deadlocking.
  const firsts = [...new Map(drafts.toReversed().map((draft) => [draft.key, draft])).values()];
  firsts.sort((one, other) => (one.key < other.key ? -1 : 1));
  const inserted = await whileAvailable(() => insertNew(db, firsts));
  const receipts: Receipt[] = [];
  for (const draft of drafts) {
    const ticketId = inserted.get(draft.key);
    if (ticketId !== undefined && firsts.includes(draft)) {
      receipts.push({ ticketId, externalId: draft.draft.ticket_id, revision: 1, lane: draft.lane, outcome: 'new' });
    } else {
      receipts.push(await whileAvailable(() => reviseTicket(db, draft)));
    }
  }
  return receipts;
}

function keyOf({ sourceId, draft }: Arrival): string {
  return `${sourceId}:${draft.ticket_id}`;
}

function hashOf(draft: TicketDraft): string {
  return createHash('sha256').update(draft.subject).update('\u0000').update(draft.body).digest('base64url');
}

async function insertNew(db: Db, drafts: readonly HashedArrival[]): Promise<Map<string, number>> {
  const rows = drafts.map(({ textHash, draft, ...arrival }) => ({
    source_id: arrival.sourceId,
    external_id: draft.ticket_id,
    text_hash: textHash,
    lane: arrival.lane,
    batch: batchPlaceOf(arrival),
    ...draft,
    written_at: draft.updated_at ?? draft.created_at,
  }));
  const inserted = await db.execute<{ id: number; key: string }>(sql`
    insert into tickets (source_id, external_id, subject, body, text_hash, requester, channel, language, metadata,
                         created_at, written_at, lane, batch, due_at)
    select source_id, external_id, subject, body, text_hash, requester, channel, language, metadata,
           created_at, written_at, lane, batch, now() + ${GRACE_MS} * interval '1 millisecond'
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as draft (
      source_id int, external_id text, subject text, body text, text_hash text, requester text, channel text,
      language text, metadata jsonb, created_at timestamptz, written_at timestamptz, lane text,
      batch text)
    on conflict (source_id, external_id) do nothing
    returning id::float8 as id, source_id || ':' || external_id as key`);
  return new Map(inserted.map((row) => [row.key, row.id]));
}
