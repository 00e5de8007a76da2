import type { Errand } from '@usher/core/connectors/intake';
import type { Job } from '@usher/core/jobs';
import { and, eq, sql } from 'drizzle-orm';
import type { ClaimOptions } from './claim-deliveries.ts';
import type { Db } from './connect.ts';
import { type Counted, countUpTo } from './count-up-to.ts';
import { whileAvailable } from './failures.ts';
import { fetches } from './schema/intake.ts';
import { sources } from './schema/sources.ts';
import type { Source } from './sources.ts';

/** How many fetches failed and are tried again, counted up to so many. */
export async function countFailingFetches(db: Db, most: number): Promise<Counted> {
  return whileAvailable(() => countUpTo(db, sql`select from fetches where state = 'pending' and failures > 0`, most));
}

/** Something to fetch, with its source. */
export interface DueFetch {
  fetchId: number;
  source: Source;
  errand: Errand;
  /** How many events wanted it when it was loaded. */
  asked: number;
  failures: number;
  createdAt: Date;
}

/** Loads what is still to be fetched; undefined if it was, or is not there any more, or its source was removed. */
export async function loadFetch(db: Db, fetchId: number): Promise<DueFetch | undefined> {
  const [found] = await whileAvailable(() =>
    db
      .select({ fetch: fetches, source: sources })
      .from(fetches)
      .innerJoin(sources, eq(sources.id, fetches.sourceId))
      .where(and(eq(fetches.id, fetchId), eq(fetches.state, 'pending'))),
  );
  if (found === undefined) return undefined;
  const { kind, externalId, requests, outcome, asked, failures, createdAt } = found.fetch;
  const errand: Errand = kind === 'text' ? { kind, externalId, requests } : { kind, externalId, outcome };
  return { fetchId, source: found.source, errand, asked, failures, createdAt };
}

/** How fetching ended: it is done; there is nothing any more; or it is tried again at a moment. */
export type FetchEnd = { kind: 'done' } | { kind: 'gone'; why: string } | { kind: 'again'; dueAt: Date; why: string };

/**
 * Writes down how fetching ended. Where another event wanted the same in the meantime, it stays to be fetched. A caller who stores what
 * was fetched does both in one transaction.
 */
export async function endFetch(
  db: Db,
  { fetchId, asked }: Pick<DueFetch, 'fetchId' | 'asked'>,
  end: FetchEnd,
): Promise<void> {
  const isPending = and(eq(fetches.id, fetchId), eq(fetches.state, 'pending'));
  if (end.kind === 'again') {
    const set = { failures: sql`${fetches.failures} + 1`, dueAt: end.dueAt, lastError: end.why };
    await whileAvailable(() => db.update(fetches).set(set).where(isPending));
    return;
  }
  const set = { state: end.kind, endedAt: sql`now()`, lastError: end.kind === 'gone' ? end.why : null };
  await whileAvailable(() =>
    db
      .update(fetches)
      .set(set)
      .where(and(isPending, eq(fetches.asked, asked))),
  );
}

/** What is due to be fetched although no hint came; the due time moves on in the same statement. */
export async function claimFetches(db: Db, { limit, againAfterMs }: ClaimOptions): Promise<Job[]> {
  const due = await whileAvailable(() =>
    db.execute<{ fetchId: number }>(sql`
    with due as materialized (
      select id from fetches where state = 'pending' and due_at <= now()
      order by due_at limit ${limit} for update skip locked)
    update fetches set due_at = now() + ${againAfterMs} * interval '1 millisecond'
    from due where fetches.id = due.id
    returning fetches.id::float8 as "fetchId"`),
  );
  return due.map(({ fetchId }): Job => ({ name: 'fetch', payload: { fetchId } }));
}
