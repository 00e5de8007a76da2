import type { Failure } from '@usher/core/failure';

/** Postgres cannot be reached, is starting, stopping or full of connections. What was sent may not be stored. */
export class DatabaseUnavailable extends Error implements Failure {
  readonly code = 'database_unavailable';
  readonly retry = 'backoff';

  constructor(cause: unknown) {
    super('The database cannot be reached or is too slow. What was sent may not be stored; sending it again is safe.', {
      cause,
    });
    this.name = 'DatabaseUnavailable';
  }
}

/** The ticket was removed, with all that was derived from it, while something was about to be written down about it. */
export class TicketRemoved extends Error implements Failure {
  readonly code = 'ticket_removed';
  readonly retry = 'never';

  constructor(ticketId: number) {
    super(`The ticket ${ticketId} was removed meanwhile, with all that was known of it. There is nothing left to do.`);
    this.name = 'TicketRemoved';
  }
}

// Connection exceptions, operator intervention, insufficient resources: https://www.postgresql.org/docs/current/errcodes-appendix.html
const PASSING = /^(?:08|57P|53)/;
const DRIVER = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/** Tells whether an error, or what caused it, means that Postgres is away rather than that the statement was wrong. */
export function isDatabaseAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (DRIVER.has(code) || PASSING.test(code)) return true;
  // A statement that waited too long for the server: the client gave up, not the data.
  if (code === '57014') return true;
  if (thrown instanceof AggregateError) return thrown.errors.some(isDatabaseAway);
  return isDatabaseAway(thrown.cause);
}

/** Runs a piece of database work and says DatabaseUnavailable where Postgres is away. Other errors pass unchanged. */
export async function whileAvailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw isDatabaseAway(thrown) ? new DatabaseUnavailable(thrown) : thrown;
  }
}
