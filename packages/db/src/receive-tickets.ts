import { sql } from 'drizzle-orm';
import { type Arrival, batchPlaceOf, type HashedArrival, type Receipt } from './arrival.ts';
import type { Db } from './connect.ts';
import { noteTickets, prepare } from './prepared.ts';
import { whileAvailable } from './failures.ts';
import { reviseTickets } from './revise-tickets.ts';
import { hashOf } from './text-hash.ts';

/** Milliseconds that the queue's hint has before the sweep looks at a new ticket itself. */
const GRACE_MS = 10_000;

/**
 * Stores drafts and answers one receipt each, in order: the new ones in one statement, those whose ticket is known in one
 * transaction. When it returns, they are committed. Throws DatabaseUnavailable; then the caller must assume that nothing
 * was stored.
 */
export async function receiveTickets(db: Db, arrivals: readonly Arrival[]): Promise<Receipt[]> {
  const hashed = arrivals.map((arrival) => ({ ...arrival, textHash: hashOf(arrival.draft), key: keyOf(arrival) }));
  // In a fixed order, so that two statements with the same tickets wait for each other instead of deadlocking.
  const firsts = [...new Map(hashed.toReversed().map((arrival) => [arrival.key, arrival])).values()];
  firsts.sort((one, other) => (one.key < other.key ? -1 : 1));
  const inserted = await whileAvailable(() => insertNew(db, firsts));
  const receipts = new Map<HashedArrival, Receipt>();
  for (const first of firsts) {
    const ticketId = inserted.get(first.key);
    if (ticketId === undefined) continue;
    const { lane, draft } = first;
    receipts.set(first, { ticketId, externalId: draft.ticket_id, revision: 1, lane, outcome: 'new' });
  }
  const known = hashed.filter((arrival) => !receipts.has(arrival));
  const revised = await whileAvailable(() => reviseTickets(db, known));
  known.forEach((arrival, at) => {
    const receipt = revised[at];
    if (receipt !== undefined) receipts.set(arrival, receipt);
  });
  return hashed.flatMap((arrival) => receipts.get(arrival) ?? []);
}

function keyOf({ sourceId, draft }: Arrival): string {
  return `${sourceId}:${draft.ticket_id}`;
}

const insertDrafts = prepare<{ id: number; key: string }>(sql`
  insert into tickets (source_id, external_id, subject, body, text_hash, requester, channel, language, metadata,
                       created_at, written_at, lane, batch, due_at)
  select source_id, external_id, subject, body, text_hash, requester, channel, language, metadata,
         created_at, written_at, lane, batch, now() + ${GRACE_MS} * interval '1 millisecond'
  from jsonb_to_recordset(${sql.placeholder('drafts')}::jsonb) as draft (
    source_id int, external_id text, subject text, body text, text_hash text, requester text, channel text,
    language text, metadata jsonb, created_at timestamptz, written_at timestamptz, lane text,
    batch text)
  on conflict (source_id, external_id) do nothing
  returning id::float8 as id, source_id || ':' || external_id as key`);

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
  // Its plan is the same for any number of tickets.
  const inserted = await insertDrafts(db, { values: { drafts: JSON.stringify(rows) }, ticketIds: [] });
  noteTickets(inserted.map(({ id }) => id));
  return new Map(inserted.map((row) => [row.key, row.id]));
}
