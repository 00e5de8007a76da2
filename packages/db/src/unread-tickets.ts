import { UnreadReason } from '@usher/core/decide';
import type { Job } from '@usher/core/jobs';
import type { Lane } from '@usher/core/ticket';
import { type SQL, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { type Counted, countUpTo } from './count-up-to.ts';

/** A ticket about which nothing was predicted, and that waits for a person therefore. */
export interface UnreadTicket {
  id: number;
  source: string;
  externalId: string;
  subject: string;
  reason: UnreadReason;
  decidedAt: Date;
}

/** Most tickets that one retry puts back. */
export const RETRIED_AT_ONCE = 1_000;

const MOST_COUNTED = 10_000;
// As the index says it, so that the index is used.
const isUnread = sql`tickets.state = 'triaged' and tickets.reason in (${sql.raw(
  UnreadReason.options.map((reason) => `'${reason}'`).join(', '),
)})`;

/** How many such tickets there are, up to 10,000, and the newest of them. Reads only their own small index. */
export async function findUnreadTickets(
  db: Db,
  { limit }: { limit: number },
): Promise<{ count: Counted; newest: UnreadTicket[] }> {
  return whileAvailable(async () => {
    const count = await countUpTo(db, sql`select from tickets where ${isUnread}`, MOST_COUNTED);
    const rows = await db.execute<Omit<UnreadTicket, 'decidedAt'> & { decidedAtMs: number }>(sql`
      select tickets.id::float8 as id, sources.name as source, external_id as "externalId", subject, reason,
             extract(epoch from decided_at)::float8 * 1000 as "decidedAtMs"
      from tickets join sources on sources.id = tickets.source_id
      where ${isUnread} order by tickets.id desc limit ${limit}`);
    return { count, newest: rows.map(({ decidedAtMs, ...row }) => ({ ...row, decidedAt: new Date(decidedAtMs) })) };
  });
}

/** Which tickets are tried again: one, or those with this reason, or all. */
export interface RetryChoice {
  ticketId?: number | undefined;
  reason?: UnreadReason | undefined;
}

/**
 * Lets engines try again where nothing was predicted: each ticket's text becomes a new revision, so that the decision about the
 * one before stands in the books and the new one has the whole time that a ticket may wait. Oldest first, at most
 * `RETRIED_AT_ONCE`. A ticket that somebody decided meanwhile is left alone. Answers the jobs that are due.
 */
export async function retryUnread(db: Db, choice: RetryChoice, actor: string): Promise<Job[]> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const rows = await tx.execute<{ ticketId: number; revision: number; lane: Lane }>(sql`
        with chosen as materialized (
          select id from tickets where ${conditionOf(choice)} order by id limit ${RETRIED_AT_ONCE}
          for update skip locked
        ), kept as (
          insert into ticket_revisions (ticket_id, revision, subject, body, text_hash, written_at, received_at, lane)
          select id, revision, subject, body, text_hash, written_at, revised_at, lane
          from tickets where id in (select id from chosen)
        )
        update tickets
        set revision = 1 + greatest(revision, (
              -- A text that came late may have a higher number than the newest.
              select coalesce(max(older.revision), 0) from ticket_revisions older where older.ticket_id = tickets.id)),
            revised_at = now(), state = 'received', due_at = now(), starts = 0, batch = null, predicted = null, truth = null
        where id in (select id from chosen)
        returning id::float8 as "ticketId", revision, lane`);
      const detail = { ...choice, tickets: rows.length };
      if (rows.length > 0) await writeAudit(tx, { actor, verb: 'tickets.retry', subject: 'tickets', detail });
      return rows.map((payload): Job => ({ name: 'classify', payload: { ...payload } }));
    }),
  );
}

function conditionOf({ ticketId, reason }: RetryChoice): SQL {
  const which = ticketId === undefined ? sql`` : sql`and tickets.id = ${ticketId}`;
  return reason === undefined ? sql`${isUnread} ${which}` : sql`${isUnread} ${which} and tickets.reason = ${reason}`;
}
