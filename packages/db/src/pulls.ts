import type { Load } from '@usher/core/connectors/intake';
import type { Job } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { ClaimOptions } from './claim-deliveries.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { planErrands } from './plan-errands.ts';
import type { LoadReceipt } from './receive-load.ts';
import { receiveTickets } from './receive-tickets.ts';
import { pulls, sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';
import type { Source } from './sources.ts';

/** How a source is pulled, and how far that came. */
export type Pull = typeof pulls.$inferSelect;

/** From now on a source is asked for what changed every so many milliseconds, beginning at a cursor. */
export async function setPull(
  db: Db,
  { sourceId, everyMs, cursor }: { sourceId: number; everyMs: number; cursor: string },
): Promise<void> {
  const values = { sourceId, everyMs, cursor, dueAt: sql`now()`, failures: 0, lastError: null };
  await whileAvailable(() =>
    db.insert(pulls).values(values).onConflictDoUpdate({ target: pulls.sourceId, set: values }),
  );
}

/** A source is not asked any more; answers whether it was. */
export async function removePull(db: Db, sourceId: number): Promise<boolean> {
  const removed = await whileAvailable(() =>
    db.delete(pulls).where(eq(pulls.sourceId, sourceId)).returning({ id: pulls.sourceId }),
  );
  return removed.length > 0;
}

/** A source with how it is pulled; undefined if it is not, or was removed. */
export async function loadPull(db: Db, sourceId: number): Promise<{ source: Source; pull: Pull } | undefined> {
  const [found] = await whileAvailable(() =>
    db
      .select({ source: sources, pull: pulls })
      .from(pulls)
      .innerJoin(sources, eq(sources.id, pulls.sourceId))
      .where(and(eq(pulls.sourceId, sourceId), isNull(sources.removedAt))),
  );
  return found;
}

/** What one page brought, where it began, and where the next begins. */
export interface PulledPage {
  sourceId: number;
  load: Load;
  from: string | null;
  cursor: string;
  now: Date;
}

/** A ticket that is older than this many milliseconds when it is pulled belongs to a history, and nobody waits for it now. */
const HISTORY_MS = 3_600_000;

/**
 * Stores what a page brought and that it was read, in one transaction. Ends of tickets that are not known here are left out. Answers
 * null, and stores nothing, where somebody else read this page in the meantime. Throws DatabaseUnavailable.
 */
export async function receivePage(
  db: Db,
  { sourceId, load, from, cursor, now }: PulledPage,
): Promise<LoadReceipt | null> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const isHere = and(eq(pulls.sourceId, sourceId), from === null ? isNull(pulls.cursor) : eq(pulls.cursor, from));
      const moved = await tx.update(pulls).set({ cursor }).where(isHere).returning({ id: pulls.sourceId });
      if (moved.length === 0) return null;
      const laneOf = (createdAt: Date | null): Lane =>
        createdAt !== null && now.getTime() - createdAt.getTime() > HISTORY_MS ? 'bulk' : 'live';
      const arrivals = load.drafts.map((draft) => ({ sourceId, lane: laneOf(draft.created_at), draft }));
      const receipts = arrivals.length > 0 ? await receiveTickets(tx, arrivals) : [];
      const errands = await knownErrands(tx, sourceId, load.errands);
      return { seen: false, receipts, fetchIds: await planErrands(tx, sourceId, errands) };
    }),
  );
}

async function knownErrands(tx: Db, sourceId: number, errands: Load['errands']): Promise<Load['errands']> {
  const ends = errands.filter(({ kind }) => kind === 'close').map(({ externalId }) => externalId);
  if (ends.length === 0) return errands;
  const known = await tx
    .select({ externalId: tickets.externalId })
    .from(tickets)
    .where(and(eq(tickets.sourceId, sourceId), inArray(tickets.externalId, ends)));
  const ids = new Set(known.map(({ externalId }) => externalId));
  return errands.filter(({ kind, externalId }) => kind === 'text' || ids.has(externalId));
}

/** How a pull ended: everything is read; there is more; or it failed and is tried again at a moment. */
export type PullEnd = { kind: 'done' } | { kind: 'more' } | { kind: 'again'; dueAt: Date; why: string };

/** Writes down how a pull ended. */
export async function endPull(db: Db, sourceId: number, end: PullEnd): Promise<void> {
  const good = { failures: 0, lastError: null };
  const set = {
    done: { ...good, pulledAt: sql`now()`, dueAt: sql`now() + ${pulls.everyMs} * interval '1 millisecond'` },
    more: { ...good, dueAt: sql`now()` },
    again: end.kind === 'again' && { failures: sql`${pulls.failures} + 1`, dueAt: end.dueAt, lastError: end.why },
  }[end.kind];
  if (set === false) return;
  await whileAvailable(() => db.update(pulls).set(set).where(eq(pulls.sourceId, sourceId)));
}

/** Sources that are due to be asked; the due time moves on in the same statement. */
export async function claimPulls(db: Db, { limit, againAfterMs }: ClaimOptions): Promise<Job[]> {
  const due = await whileAvailable(() =>
    db.execute<{ sourceId: number }>(sql`
    with due as materialized (
      select source_id from pulls where due_at <= now()
      order by due_at limit ${limit} for update skip locked)
    update pulls set due_at = now() + ${againAfterMs} * interval '1 millisecond'
    from due where pulls.source_id = due.source_id
    returning pulls.source_id as "sourceId"`),
  );
  return due.map(({ sourceId }): Job => ({ name: 'pull', payload: { sourceId } }));
}
