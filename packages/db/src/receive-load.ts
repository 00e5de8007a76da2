import { createHash } from 'node:crypto';
import type { Errand, Load } from '@usher/core/connectors/intake';
import type { Job } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import type { Receipt } from './arrival.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { type DueFetch, endFetch } from './fetches.ts';
import { receiveTickets } from './receive-tickets.ts';
import { incoming } from './schema/intake.ts';

/** Milliseconds that the queue's hint has before the sweep looks at a fetch itself. */
const GRACE_MS = 10_000;

/** What came from a source, with what tells whether it came before. */
export interface Incoming {
  sourceId: number;
  lane: Lane;
  load: Load;
  /** The vendor's id of the delivery; null if it has none. */
  deliveryId: string | null;
  /** What was signed, or all there is, where the id is not part of it; null where the id suffices. */
  content: readonly (string | Uint8Array)[] | null;
}

/** What became of it. `seen` means that this very delivery was taken before. */
export interface LoadReceipt {
  seen: boolean;
  receipts: Receipt[];
  fetchIds: number[];
}

/**
 * Takes what a delivery brings and remembers the delivery for ever, in one transaction, so that it counts once however often
 * it is sent. Content that came before under another id, or without one, makes no ticket and fetches no text; but a close is looked
 * up again, since a ticket may be closed twice and looking harms nothing. Throws DatabaseUnavailable; then nothing was stored.
 */
export async function receiveLoad(db: Db, given: Incoming): Promise<LoadReceipt> {
  const { sourceId, lane, load, deliveryId, content } = given;
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const isNewId = deliveryId === null || (await remember(tx, sourceId, hashOf('id', [deliveryId])));
      if (!isNewId) return { seen: true, receipts: [], fetchIds: [] };
      const isNewContent = content === null || (await remember(tx, sourceId, hashOf('content', content)));
      const arrivals = load.drafts.map((draft) => ({ sourceId, lane, draft }));
      const receipts = isNewContent && arrivals.length > 0 ? await receiveTickets(tx, arrivals) : [];
      const errands = load.errands.filter(({ kind }) => isNewContent || kind === 'close');
      return { seen: !isNewContent, receipts, fetchIds: await planErrands(tx, sourceId, errands) };
    }),
  );
}

async function remember(tx: Db, sourceId: number, key: Uint8Array): Promise<boolean> {
  const remembered = await tx
    .insert(incoming)
    .values({ sourceId, key })
    .onConflictDoNothing()
    .returning({ at: incoming.receivedAt });
  return remembered.length > 0;
}

/** Each part with its length, so that no two lists of parts look alike. */
function hashOf(what: string, parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash('sha256').update(what);
  for (const part of parts) {
    const bytes = Buffer.from(part);
    hash.update(`:${bytes.length}:`).update(bytes);
  }
  return hash.digest().subarray(0, 16);
}

/** The work that what was received makes due. */
export function jobsOf({ receipts, fetchIds }: Pick<LoadReceipt, 'receipts' | 'fetchIds'>): Job[] {
  const due = receipts.filter(({ outcome }) => outcome === 'new' || outcome === 'revised');
  return [
    ...due.map(({ ticketId, revision, lane }): Job => ({ name: 'classify', payload: { ticketId, revision, lane } })),
    ...fetchIds.map((fetchId): Job => ({ name: 'fetch', payload: { fetchId } })),
  ];
}

/** What was fetched, and for which fetch. */
export interface Fetched {
  sourceId: number;
  lane: Lane;
  load: Load;
  fetch: Pick<DueFetch, 'fetchId' | 'asked'>;
}

/** Stores what was fetched and that it was, in one transaction. Throws DatabaseUnavailable; then nothing was stored. */
export async function receiveFetched(db: Db, { sourceId, lane, load, fetch }: Fetched): Promise<LoadReceipt> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const arrivals = load.drafts.map((draft) => ({ sourceId, lane, draft }));
      const receipts = arrivals.length > 0 ? await receiveTickets(tx, arrivals) : [];
      const fetchIds = await planErrands(tx, sourceId, load.errands);
      await endFetch(tx, fetch, { kind: 'done' });
      return { seen: false, receipts, fetchIds };
    }),
  );
}

/** Plans what must be fetched. What waits already is fetched anew for the newest event. */
export async function planErrands(tx: Db, sourceId: number, errands: readonly Errand[]): Promise<number[]> {
  if (errands.length === 0) return [];
  const rows = errands.map((errand) => ({
    external_id: errand.externalId,
    kind: errand.kind,
    requests: errand.kind === 'text' ? errand.requests : [],
    outcome: errand.kind === 'close' ? errand.outcome : null,
  }));
  rows.sort((one, other) => (one.external_id < other.external_id ? -1 : 1));
  const planned = await tx.execute<{ id: number }>(sql`
    insert into fetches (source_id, external_id, kind, requests, outcome, due_at)
    select ${sourceId}, external_id, kind, requests, nullif(outcome, 'null'::jsonb),
           now() + ${GRACE_MS} * interval '1 millisecond'
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as errand (
      external_id text, kind text, requests jsonb, outcome jsonb)
    on conflict (source_id, external_id, kind) where state = 'pending' do update
    set requests = excluded.requests, outcome = excluded.outcome, asked = fetches.asked + 1,
        failures = 0, due_at = least(fetches.due_at, excluded.due_at)
    returning id::float8 as id`);
  return planned.map(({ id }) => id);
}
