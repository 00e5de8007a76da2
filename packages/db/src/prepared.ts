import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { PostgresJsSession } from 'drizzle-orm/postgres-js';
import type { Db } from './connect.ts';

const dialect = new PgDialect();

/** The highest ticket number that this process has met: about how many tickets there are. */
let highest = 1;

/**
 * Runs a statement about these tickets that each connection prepares once: for those that run many times a second, whose
 * planning would cost as much as they do. Their text must be the same every time. A plan for few tickets may be a bad one for
 * many, and Postgres keeps it until its statistics are renewed; so a statement is prepared anew each time that the numbers of
 * tickets have doubled.
 */
export async function executePrepared<Row extends Record<string, unknown>>(
  db: Db,
  statement: SQL,
  ticketIds: readonly number[],
): Promise<Row[]> {
  const { session } = db._;
  if (!(session instanceof PostgresJsSession))
    throw new TypeError('prepared statements need the driver of this package');
  for (const ticketId of ticketIds) highest = Math.max(highest, ticketId);
  const doublings = sql.raw(`\n-- up to 2^${Math.ceil(Math.log2(highest))} tickets`);
  const { sql: text, params } = dialect.sqlToQuery(sql`${statement}${doublings}`);
  const rows: Row[] = await session.client.unsafe(text, params, { prepare: true });
  return rows;
}
