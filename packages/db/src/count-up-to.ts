import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';

/** A number of rows that was counted up to a limit. */
export interface Counted {
  n: number;
  /** Whether there are more than `n`. */
  isMore: boolean;
}

/** Counts the rows of a query, but no more than so many. */
export async function countUpTo(db: Db, rows: SQL, most: number): Promise<Counted> {
  const [row] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from (${rows} limit ${most + 1}) as counted`,
  );
  const n = row?.n ?? 0;
  return { n: Math.min(n, most), isMore: n > most };
}
