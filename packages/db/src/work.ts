import { SAMPLE_SOURCE } from '@usher/core/source-name';
import type { Lane } from '@usher/core/ticket';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { prepare } from './prepared.ts';
import { tickets } from './schema/tickets.ts';

/** A ticket as a worker needs it. */
export interface Work {
  ticketId: number;
  sourceId: number;
  revision: number;
  subject: string;
  body: string;
  lane: Lane;
  /** How many restarts were counted before this start and without an end since. */
  starts: number;
  /** When this revision arrived. */
  revisedAt: Date;
  /** The category that a person chose for an earlier text; null if nobody did. */
  chosenByPerson: string | null;
  /** Whether it belongs to a backfill that is only classified and scored. */
  isShadow: boolean;
  /** Whether it only shows how tickets are decided, so that it may cost nothing. */
  isSample: boolean;
}

/** One revision of a ticket. */
export interface Revision {
  ticketId: number;
  revision: number;
}

/** One job for a revision, as it starts. */
export interface Start extends Revision {
  /** Whether an earlier start of the same job had no end; not unless said. */
  isRestart?: boolean;
}

const readWork = prepare<Omit<Work, 'revisedAt'> & { revisedAtMs: number }>(sql`
  select ticket.id::float8 as "ticketId", source_id as "sourceId", revision, subject, body, lane, starts,
    date_part('epoch', revised_at) * 1000 as "revisedAtMs",
    (select category from decisions
     where ticket_id = ticket.id and actor_kind <> 'engine' and ticket.revision > 1
     order by id desc limit 1) as "chosenByPerson",
    exists (select from backfills where id = ticket.backfill_id and is_shadow) as "isShadow",
    exists (select from sources where id = ticket.source_id and name = ${SAMPLE_SOURCE}) as "isSample"
  -- An array rather than JSON, of which the planner expects so many rows that it would read all of a small table.
  from unnest(${sql.placeholder('ids')}::bigint[]) as given (id)
  -- Ticket by ticket, and by the number alone: with old statistics anything else would rather read all that waits.
  cross join lateral (select * from tickets where tickets.id = given.id limit 1) as ticket
  where state = 'received' and batch is null`);

/**
 * Loads revisions for classification. Undefined where no work is due: decided already, on its way in a batch, or a newer
 * revision came. A restart is counted before this resolves, so that a ticket that kills workers is noticed; the first start of a
 * job leaves no trace, because the queue remembers it, and writing each ticket once more would cost a quarter of its way.
 * Answers in the order of the list.
 */
export async function startWork(db: Db, given: readonly Start[]): Promise<(Work | undefined)[]> {
  const ticketIds = given.map(({ ticketId }) => ticketId);
  const values = { ids: `{${ticketIds.join(',')}}` };
  const due = await whileAvailable(() => readWork(db, { values, ticketIds }));
  const byTicket = new Map(
    due.map(({ revisedAtMs, ...work }) => [work.ticketId, { ...work, revisedAt: new Date(revisedAtMs) }]),
  );
  const restarted = given.filter(({ ticketId, isRestart }) => isRestart && byTicket.has(ticketId));
  if (restarted.length > 0) await whileAvailable(() => countStarts(db, restarted));
  return given.map(({ ticketId, revision }) => {
    const work = byTicket.get(ticketId);
    return work?.revision === revision ? work : undefined;
  });
}

async function countStarts(db: Db, revisions: readonly Revision[]): Promise<void> {
  const ids = revisions.map(({ ticketId }) => ticketId);
  // In one order, so that two lists with the same tickets wait for each other instead of blocking each other.
  const locked = db.select({ id: tickets.id }).from(tickets).where(inArray(tickets.id, ids)).orderBy(tickets.id);
  await db
    .update(tickets)
    .set({ starts: sql`${tickets.starts} + 1` })
    .where(and(inArray(tickets.id, locked.for('no key update')), eq(tickets.state, 'received')));
}

/**
 * Says that a start ended in an orderly way without a decision: the ticket waits and is looked at again at `dueAt`.
 * `starts` is how many of its starts count from now on.
 */
export async function endWork(
  db: Db,
  { ticketId, revision, dueAt, starts }: Revision & { dueAt: Date; starts: number },
): Promise<void> {
  await whileAvailable(() =>
    db
      .update(tickets)
      .set({ starts, dueAt })
      .where(and(eq(tickets.id, ticketId), eq(tickets.revision, revision), eq(tickets.state, 'received'))),
  );
}
