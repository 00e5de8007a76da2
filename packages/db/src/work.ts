import { SAMPLE_SOURCE } from '@usher/core/source-name';
import type { Lane } from '@usher/core/ticket';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { executePrepared } from './prepared.ts';
import { tickets } from './schema/tickets.ts';

/** A ticket as a worker needs it. `starts` counts this start too. */
export interface Work {
  ticketId: number;
  sourceId: number;
  revision: number;
  subject: string;
  body: string;
  lane: Lane;
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

/**
 * Loads revisions for classification and counts each start in the same statement, so that a ticket that kills workers is
 * noticed. Undefined where no work is due: decided already, on its way in a batch, or a newer revision came. Answers in
 * the order of the list.
 */
export async function startWork(db: Db, revisions: readonly Revision[]): Promise<(Work | undefined)[]> {
  const ticketIds = revisions.map(({ ticketId }) => ticketId);
  const ids = `{${ticketIds.join(',')}}`;
  const numbers = `{${revisions.map(({ revision }) => revision).join(',')}}`;
  const started = await whileAvailable(() =>
    executePrepared<Omit<Work, 'revisedAt'> & { revisedAtMs: number }>(
      db,
      sql`
      with hurried as materialized (
        -- Nothing is lost when the server loses the count of a start, so that nobody waits for the disk.
        select set_config('synchronous_commit', 'off', true)
      ), given as materialized (
        -- In one order, so that two lists with the same tickets wait for each other instead of blocking each other.
        -- Arrays rather than JSON, of which the planner expects so many rows that it would read all of a small table.
        select * from unnest(${ids}::bigint[], ${numbers}::int[]) as given ("ticketId", revision)
        order by "ticketId"
      ), due as materialized (
        -- Ticket by ticket: a join would rather read everything that waits when statistics are old.
        select waiting.id from hurried, given cross join lateral (
          select id from tickets
          where tickets.id = given."ticketId" and tickets.revision = given.revision and state = 'received' and batch is null
          for no key update) as waiting)
      update tickets set starts = starts + 1
      from due where tickets.id = due.id
      returning tickets.id::float8 as "ticketId", source_id as "sourceId", revision, subject, body, lane, starts,
        extract(epoch from revised_at)::float8 * 1000 as "revisedAtMs",
        (select category from decisions
         where ticket_id = tickets.id and actor_kind <> 'engine' and tickets.revision > 1
         order by id desc limit 1) as "chosenByPerson",
        exists (select from backfills where id = tickets.backfill_id and is_shadow) as "isShadow",
        exists (select from sources where id = tickets.source_id and name = ${SAMPLE_SOURCE}) as "isSample"`,
      ticketIds,
    ),
  );
  const byTicket = new Map(
    started.map(({ revisedAtMs, ...work }) => [work.ticketId, { ...work, revisedAt: new Date(revisedAtMs) }]),
  );
  return revisions.map(({ ticketId, revision }) => {
    const work = byTicket.get(ticketId);
    return work?.revision === revision ? work : undefined;
  });
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
