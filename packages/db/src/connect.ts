import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import postgres from 'postgres';

type NoSchema = Record<string, never>;

/** The database, or a transaction in it: every verb takes either. */
export type Db = PgDatabase<PostgresJsQueryResultHKT, NoSchema, ExtractTablesWithRelations<NoSchema>>;

/** An open pool of connections; closes with `await using`. */
export interface Database extends AsyncDisposable {
  readonly db: Db;
}

export interface ConnectOptions {
  /** Shown in `pg_stat_activity`. */
  name: string;
  /** Most connections at the same time. */
  connections?: number;
  /** Milliseconds after which a statement is given up. */
  statementTimeoutMs?: number;
}

/**
 * Opens a pool. Nothing is connected until the first statement, so a database that is away is noticed by the verbs,
 * which then throw DatabaseUnavailable.
 */
export function connectDatabase(url: string, options: ConnectOptions): Database {
  const client = postgres(url, {
    max: options.connections ?? 10,
    // With the 2 s in which the API must say that Postgres is away.
    connect_timeout: 1,
    backoff: () => 0.2,
    idle_timeout: 60,
    onnotice: () => {},
    connection: {
      application_name: options.name,
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      // A 202 means committed, whatever the server's own default is.
      synchronous_commit: 'on',
    },
  });
  return {
    db: drizzle(client),
    [Symbol.asyncDispose]: () => client.end({ timeout: 5 }),
  };
}
