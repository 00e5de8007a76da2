import type { Load } from '@usher/core/connectors/intake';
import type { Job } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import type { Arrival, Receipt } from './arrival.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { type DueFetch, endFetch } from './fetches.ts';
import { planAll, planErrands } from './plan-errands.ts';
import { receiveTickets } from './receive-tickets.ts';
import { type Mark, remember } from './remember-deliveries.ts';

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
 * Takes what deliveries bring and remembers the deliveries for ever, in one transaction, so that each counts once however often
 * it is sent. Content that came before under another id, or without one, makes no ticket and fetches no text; but a close is looked
 * up again, since a ticket may be closed twice and looking harms nothing. Answers in order. Throws DatabaseUnavailable; then nothing
 * was stored.
 */
export async function receiveLoads(db: Db, given: readonly Incoming[]): Promise<LoadReceipt[]> {
  return whileAvailable(() => db.transaction((tx) => takeLoads(tx, given)));
}

/** The same for one delivery. */
export async function receiveLoad(db: Db, given: Incoming): Promise<LoadReceipt> {
  const [receipt] = await receiveLoads(db, [given]);
  if (receipt === undefined) throw new Error('a delivery has no receipt');
  return receipt;
}

interface Taking extends LoadReceipt {
  given: Incoming;
  isNewId: boolean;
}

async function takeLoads(tx: Db, given: readonly Incoming[]): Promise<LoadReceipt[]> {
  const takings = given.map((one): Taking => ({ given: one, isNewId: true, seen: false, receipts: [], fetchIds: [] }));
  await markIds(tx, takings);
  await markContents(tx, takings);
  await takeTickets(tx, takings);
  await takeErrands(tx, takings);
  return takings.map(({ seen, receipts, fetchIds }) => ({ seen, receipts, fetchIds }));
}

async function markIds(tx: Db, takings: readonly Taking[]): Promise<void> {
  await markEach(
    tx,
    takings,
    ({ given: { sourceId, deliveryId } }) =>
      deliveryId === null ? null : { sourceId, kind: 'id', parts: [deliveryId] },
    (taking) => {
      taking.isNewId = false;
      taking.seen = true;
    },
  );
}

async function markContents(tx: Db, takings: readonly Taking[]): Promise<void> {
  await markEach(
    tx,
    takings.filter(({ isNewId }) => isNewId),
    ({ given: { sourceId, content } }) => (content === null ? null : { sourceId, kind: 'content', parts: content }),
    (taking) => (taking.seen = true),
  );
}

/** Remembers a mark of each, where it has one, and says of which ones it was known. */
async function markEach(
  tx: Db,
  takings: readonly Taking[],
  markOf: (taking: Taking) => Mark | null,
  isKnown: (taking: Taking) => void,
): Promise<void> {
  const marked = takings.flatMap((taking) => {
    const mark = markOf(taking);
    return mark === null ? [] : [{ taking, mark }];
  });
  const areNew = await remember(
    tx,
    marked.map(({ mark }) => mark),
  );
  marked.forEach(({ taking }, at) => areNew[at] === false && isKnown(taking));
}

async function takeTickets(tx: Db, takings: readonly Taking[]): Promise<void> {
  const owned = takings.flatMap((taking) =>
    taking.seen ? [] : arrivalsOf(taking.given).map((arrival) => ({ taking, arrival })),
  );
  if (owned.length === 0) return;
  const receipts = await receiveTickets(
    tx,
    owned.map(({ arrival }) => arrival),
  );
  owned.forEach(({ taking }, at) => taking.receipts.push(...receipts.slice(at, at + 1)));
}

async function takeErrands(tx: Db, takings: readonly Taking[]): Promise<void> {
  const owned = takings.flatMap((taking) =>
    errandsOf(taking).map((errand) => ({ taking, errand, sourceId: taking.given.sourceId })),
  );
  const fetchIds = await planAll(tx, owned);
  owned.forEach(({ taking }, at) => taking.fetchIds.push(...fetchIds.slice(at, at + 1)));
}

function errandsOf({ given, isNewId, seen }: Taking): Load['errands'] {
  return isNewId ? given.load.errands.filter(({ kind }) => !seen || kind === 'close') : [];
}

function arrivalsOf({ sourceId, lane, load }: Pick<Incoming, 'sourceId' | 'lane' | 'load'>): Arrival[] {
  return load.drafts.map((draft) => ({ sourceId, lane, draft }));
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
export async function receiveFetched(db: Db, fetched: Fetched): Promise<LoadReceipt> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const arrivals = arrivalsOf(fetched);
      const receipts = arrivals.length > 0 ? await receiveTickets(tx, arrivals) : [];
      const fetchIds = await planErrands(tx, fetched.sourceId, fetched.load.errands);
      await endFetch(tx, fetched.fetch, { kind: 'done' });
      return { seen: false, receipts, fetchIds };
    }),
  );
}
