import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Db } from './connect.ts';

const dialect = new PgDialect();

/**
 * The rows of a statement that Postgres parses and plans once a connection instead of each time, and that takes one round trip
 * instead of two: for what runs hundreds of times a second. Its text must always be the same.
 */
export async function executePrepared<Row>(db: Db, statement: SQL): Promise<Row[]> {
  const query = dialect.sqlToQuery(statement);
  return db._.session
    .prepareQuery<{ execute: Row[]; all: unknown; values: unknown }>(query, undefined, 'prepared', false)
    .execute();
}
