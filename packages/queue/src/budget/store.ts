import type { Asking, BudgetReading, Tokens } from '@usher/core/budget/book';
import type { Pool } from '@usher/core/budget/rules';
import type { ServerSays } from '@usher/core/budget/server-says';

/**
 * The budget toward Claude that all workers share. Each verb is one atomic step on the queue's server, by its clock, and
 * throws QueueUnreachable where that server does not answer.
 */
export interface BudgetStore extends AsyncDisposable {
  /**
   * Takes a place for a call: 0 ms means that it starts now and has to be settled or given back. Otherwise come again in
   * so many milliseconds and ask with the same key: the place is kept, and the answer is 0 unless somebody more urgent,
   * a pause, a slower pace or a longer call came between, or the wait was so long (above 30 s) that only half was told.
   * A place that nobody comes for within 30 s after that is given to others.
   */
  reserve(pool: Pool, asking: Asking): Promise<{ waitMs: number }>;
  /** Ends a call: the difference between estimate and use is returned or taken. Null means that the use is not known: all is spent. */
  settle(pool: Pool, key: string, used: Tokens | null): Promise<void>;
  /** Ends a call that never reached Claude, or a place that is not wanted any more: everything is returned. */
  giveBack(pool: Pool, key: string): Promise<void>;
  /** Nobody starts for so many milliseconds. */
  pause(pool: Pool, forMs: number): Promise<void>;
  /** Everybody is slower for a minute; then the pace grows again. */
  shrink(pool: Pool): Promise<void>;
  /** Believes what the headers of an answer say. */
  correct(pool: Pool, says: ServerSays): Promise<void>;
  /** How it stands, for metrics; changes nothing. */
  read(pool: Pool): Promise<BudgetReading>;
}

/** How to send the verbs to one kind of server: an argument is a number, a key or a time; the answer is a list of numbers. */
export interface BudgetScripts extends AsyncDisposable {
  run(verb: Verb, pool: Pool, args: readonly (string | number)[]): Promise<number[]>;
}

export type Verb = 'reserve' | 'settle' | 'give_back' | 'pause' | 'shrink' | 'correct' | 'read';

export interface BudgetOptions {
  /** What keys in Redis start with, `usher` by default. Postgres has a schema instead: `usher_budget`. */
  prefix?: string;
  /** Told when the connection breaks or cannot be made; it is made again by itself. */
  onTrouble?: (error: Error) => void;
  /** A clock in place of the server's own, in milliseconds since 1970: for simulations and tests. */
  now?: () => number;
}
