import { fillPlaceholders, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { PostgresJsSession } from 'drizzle-orm/postgres-js';
import type { Db } from './connect.ts';

const dialect = new PgDialect();

/** How often tickets have become sixteen times as many, up to the highest number that this process has met. */
let growths = 0;

/** Tells that there are tickets with these numbers, for the plans of statements that run later. */
export function noteTickets(ticketIds: Iterable<number>): void {
  for (const ticketId of ticketIds) while (ticketId > 16 ** growths) growths += 1;
}

interface Execution {
  /** A value for each placeholder of the statement. */
  values: Record<string, string>;
  /** The tickets that it is about. */
  ticketIds: readonly number[];
}

/**
 * A statement about tickets that each connection prepares once: for those that run many times a second, whose planning would
 * cost as much as they do. A plan for few tickets may be a bad one for many, and Postgres keeps it until its statistics are
 * renewed; so a statement is prepared anew each time that the numbers of tickets have become sixteen times as high.
 */
export function prepare<Row extends Record<string, unknown>>(
  statement: SQL,
): (db: Db, execution: Execution) => Promise<Row[]> {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  return async (db, { values, ticketIds }) => {
    const { session } = db._;
    if (!(session instanceof PostgresJsSession))
      throw new TypeError('prepared statements need the driver of this package');
    noteTickets(ticketIds);
    const upTo = `\n-- up to 16^${growths} tickets`;
    const rows: Row[] = await session.client.unsafe(text + upTo, fillPlaceholders(params, values), { prepare: true });
    return rows;
  };
}
