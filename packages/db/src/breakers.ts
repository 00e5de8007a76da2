import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { breakers } from './schema/operations.ts';

/** Why nobody calls: what Claude refuses, no money, no answers, or somebody's hand. */
export type BreakerReason = 'configuration' | 'money' | 'outage' | 'hand';

/** How a breaker stands, by the database's clock. Half open means that one call at a time may probe. */
export interface Breaker {
  name: string;
  state: 'open' | 'half_open' | 'closed';
  /** Milliseconds until it is half open; 0 unless it is open. */
  waitMs: number;
  reason: BreakerReason;
  detail: string;
  openedAt: Date | null;
  /** How often it opened since it was last closed. */
  times: number;
}

export interface Opening {
  forMs: number;
  /** Each time that a probe opens it again takes twice as long, up to this. */
  mostMs: number;
  reason: BreakerReason;
  detail: string;
  /** Only where nobody in the fleet had an answer for so long. */
  unlessAnsweredMs?: number;
}

const ms = (value: number): SQL => sql`${value} * interval '1 millisecond'`;
const DOUBLINGS = 10;

/** The name of the breaker of one account at Claude. */
export function breakerName(account: string): string {
  return `claude:${account}`;
}

/** Every breaker that was ever opened or had an answer. */
export async function listBreakers(db: Db): Promise<Breaker[]> {
  const rows = await whileAvailable(() => db.select(columns).from(breakers).orderBy(breakers.name));
  return rows.map(standingOf);
}

/** How one breaker stands; undefined where nothing is known of it, which means closed. */
export async function readBreaker(db: Db, name: string): Promise<Breaker | undefined> {
  const [row] = await whileAvailable(() =>
    db
      .select(columns)
      .from(breakers)
      .where(sql`${breakers.name} = ${name}`),
  );
  return row && standingOf(row);
}

/**
 * Opens a breaker that is not open, and answers for how many milliseconds and how often since it was last closed.
 * Undefined where it is open already, or somebody else had an answer lately.
 */
export async function openBreaker(
  db: Db,
  name: string,
  { forMs, mostMs, reason, detail, unlessAnsweredMs }: Opening,
): Promise<{ forMs: number; times: number } | undefined> {
  const unanswered =
    unlessAnsweredMs === undefined
      ? sql`true`
      : sql`coalesce(breakers.answered_at < now() - ${ms(unlessAnsweredMs)}, true)`;
  const longer = sql`least(${mostMs}::float8, ${forMs}::float8 * 2 ^ least(breakers.times, ${DOUBLINGS}))`;
  const [opened] = await whileAvailable(() =>
    db.execute<{ forMs: number; times: number }>(sql`
      insert into breakers (name, open_until, opened_at, reason, detail, times)
      values (${name}, now() + ${ms(forMs)}, now(), ${reason}, ${detail}, 1)
      on conflict (name) do update
      set open_until = now() + ${longer} * interval '1 millisecond', probed_until = null, times = breakers.times + 1,
        opened_at = case when breakers.open_until is null then now() else breakers.opened_at end,
        reason = excluded.reason, detail = excluded.detail
      where (breakers.open_until is null or breakers.open_until <= now()) and ${unanswered}
      returning extract(epoch from open_until - now())::float8 * 1000 as "forMs", times`),
  );
  return opened;
}

/** Lets one caller of the fleet probe a half-open breaker, for so many milliseconds at most; false for everybody else. */
export async function takeProbe(db: Db, name: string, forMs: number): Promise<boolean> {
  const taken = await whileAvailable(() =>
    db.execute(sql`
      update breakers set probed_until = now() + ${ms(forMs)}
      where name = ${name} and open_until <= now() and coalesce(probed_until <= now(), true)
      returning name`),
  );
  return taken.length > 0;
}

/** Lets the next caller probe: the last probe found out nothing. */
export async function dropProbe(db: Db, name: string): Promise<void> {
  await whileAvailable(() => db.execute(sql`update breakers set probed_until = null where name = ${name}`));
}

/** Closes a breaker and answers whether it was not closed before. */
export async function closeBreaker(db: Db, name: string): Promise<boolean> {
  const closed = await whileAvailable(() =>
    db.execute(sql`
      update breakers set open_until = null, probed_until = null, times = 0
      where name = ${name} and open_until is not null returning name`),
  );
  return closed.length > 0;
}

/** Remembers that somebody had an answer just now. */
export async function noteAnswered(db: Db, name: string): Promise<void> {
  await whileAvailable(() =>
    db.execute(sql`
      insert into breakers (name, answered_at) values (${name}, now())
      on conflict (name) do update set answered_at = now()`),
  );
}

const columns = {
  name: breakers.name,
  waitMs: sql<number | null>`ceil(extract(epoch from ${breakers.openUntil} - now()) * 1000)::float8`,
  reason: breakers.reason,
  detail: breakers.detail,
  openedAt: breakers.openedAt,
  times: breakers.times,
};

type Row = Omit<Breaker, 'state' | 'reason' | 'waitMs'> & { reason: string; waitMs: number | null };

function standingOf({ waitMs, reason, ...row }: Row): Breaker {
  const state = waitMs === null ? 'closed' : waitMs > 0 ? 'open' : 'half_open';
  return { ...row, state, waitMs: Math.max(0, waitMs ?? 0), reason: reasonOf(reason) };
}

function reasonOf(text: string): BreakerReason {
  return text === 'configuration' || text === 'money' || text === 'outage' ? text : 'hand';
}
