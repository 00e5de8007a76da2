import { type SQL, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { removeTickets } from './remove-tickets.ts';
import { rollUp } from './rollup/roll-up.ts';

/** Tickets that one transaction looks at, so that none lasts long. */
const TICKETS_A_TIME = 1_000;
const FETCHES_A_TIME = 5_000;

/** How long counting, and those who write while it begins, are waited for before anything is removed, in milliseconds. */
const COUNTING = { mostMs: 10_000, patienceMs: 10_000 };

/** How far a removal has come. */
export interface Removed {
  tickets: number;
  /** How many were looked at. */
  looked: number;
  /** What was fetched from helpdesks, ended and old. */
  fetches: number;
}

export interface RetentionOptions {
  /** What nothing happened to since then is removed. */
  before: Date;
  actor: string;
  /** Called after each transaction; answering false ends the removal there. */
  progress: (removed: Removed) => boolean | Promise<boolean>;
}

/**
 * Tickets that came before a moment, were ended before it and have nothing pending. An answer that a younger ticket took over stays as
 * long as that one: by it, the younger is known not to be evidence of its own.
 */
function isOver(before: Date): SQL {
  const moment = sql`${before.toISOString()}::timestamptz`;
  return sql`state <> 'received' and received_at < ${moment} and revised_at < ${moment}
    and coalesce(decided_at, revised_at) < ${moment}
    and not exists (select from deliveries
                    where ticket_id = tickets.id and (state = 'pending' or created_at >= ${moment}))
    and not exists (select from outcomes where ticket_id = tickets.id and created_at >= ${moment})
    and not exists (select from classifications own join classifications taken on taken.reused_from = own.id
                    where own.ticket_id = tickets.id and taken.ticket_id <> tickets.id)`;
}

/** The number up to which tickets came before a moment, give or take an hour. */
function upTo(before: Date): SQL {
  return sql`(select coalesce(max(last_id), 0) from ticket_hours
    where hour + interval '1 hour' <= ${before.toISOString()}::timestamptz)`;
}

/** How many tickets a removal would remove now, and when the oldest of them came. Looks at all that are as old. */
export async function countOld(db: Db, before: Date): Promise<{ tickets: number; oldest: Date | null }> {
  await whileAvailable(() => rollUp(db, COUNTING));
  const [row] = await whileAvailable(() =>
    db.transaction(async (tx) => {
      await tx.execute(sql`set local statement_timeout = 0`);
      return tx.execute<{ tickets: number; oldest: number | null }>(sql`
        select count(*)::float8 as tickets, extract(epoch from min(received_at))::float8 * 1000 as oldest
        from tickets where id <= ${upTo(before)} and ${isOver(before)}`);
    }),
  );
  return { tickets: row?.tickets ?? 0, oldest: row?.oldest == null ? null : new Date(row.oldest) };
}

/**
 * Removes old tickets with all that was derived from them, some at a time, oldest first, and writes down in the audit that it began and
 * ended. Rollups keep what they counted, so it removes nothing before everything is counted; then it answers null.
 */
export async function removeOld(db: Db, { before, actor, progress }: RetentionOptions): Promise<Removed | null> {
  if ((await rollUp(db, COUNTING)) > 0) return null;
  const told = { actor, subject: 'tickets' };
  await whileAvailable(() =>
    writeAudit(db, { ...told, verb: 'retention.begin', detail: { before: before.toISOString() } }),
  );
  const removed: Removed = { tickets: 0, looked: 0, fetches: 0 };
  let isWanted = true;
  for (let after = 0; isWanted;) {
    const part = await whileAvailable(() => db.transaction((tx) => removeSome(tx, { before, after })));
    if (part.looked === 0) break;
    after = part.last;
    removed.looked += part.looked;
    removed.tickets += part.tickets;
    isWanted = await progress(removed);
  }
  while (isWanted) {
    const fetches = await whileAvailable(() => removeFetches(db, before));
    if (fetches === 0) break;
    removed.fetches += fetches;
    isWanted = await progress(removed);
  }
  const detail = { before: before.toISOString(), ...removed, isWhole: isWanted };
  await whileAvailable(() => writeAudit(db, { ...told, verb: 'retention.end', detail }));
  return removed;
}

/** When a removal last went through to its end; null if none ever did. */
export async function lastRemoval(db: Db): Promise<Date | null> {
  const [row] = await whileAvailable(() =>
    db.execute<{ at: number | null }>(sql`
      select extract(epoch from max(created_at))::float8 * 1000 as at from audit
      where verb = 'retention.end' and (detail ->> 'isWhole')::boolean`),
  );
  return row?.at == null ? null : new Date(row.at);
}

/** Whether tickets were ever removed for their age: counting everything anew would forget them. */
export async function wereTicketsRemoved(db: Db): Promise<boolean> {
  const begun = await whileAvailable(() => db.execute(sql`select from audit where verb = 'retention.begin' limit 1`));
  return begun.length > 0;
}

/** Goes through the tickets in the order of their numbers, so that nothing is looked at twice. */
async function removeSome(tx: Db, { before, after }: { before: Date; after: number }) {
  const [part] = await tx.execute<{ looked: number; last: number }>(sql`
    select count(*)::int as looked, max(id)::float8 as last
    from (select id from tickets where id > ${after} and id <= ${upTo(before)} order by id limit ${TICKETS_A_TIME}) as part`);
  if (part === undefined || part.looked === 0) return { looked: 0, last: after, tickets: 0 };
  const old = await tx.execute<{ id: number }>(sql`
    select id::float8 as id from tickets where id > ${after} and id <= ${part.last} and ${isOver(before)}
    order by id for update skip locked`);
  const ids = JSON.stringify(old.map(({ id }) => id));
  const numbers = sql`select value::bigint from jsonb_array_elements_text(${ids}::jsonb)`;
  return { ...part, tickets: old.length === 0 ? 0 : await removeTickets(tx, numbers) };
}

async function removeFetches(db: Db, before: Date): Promise<number> {
  const gone = await db.execute(sql`
    delete from fetches where id in (
      select id from fetches where state <> 'pending' and ended_at < ${before.toISOString()}::timestamptz
      order by id limit ${FETCHES_A_TIME})
    returning id`);
  return gone.length;
}
