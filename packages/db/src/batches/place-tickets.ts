import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import type { Revision } from '../work.ts';

/** Where tickets of a chunk go without an answer: into a later chunk, or to the queue, one by one. */
export type NextPlace = 'again' | 'queue';

const AWAITING: Record<NextPlace, string | null> = { again: 'awaiting', queue: null };

/** Sends tickets of a chunk elsewhere; those that were decided or revised meanwhile stay as they are. */
export async function placeTickets(
  db: Db,
  { to, revisions }: { to: NextPlace; revisions: readonly Revision[] },
): Promise<void> {
  if (revisions.length === 0) return;
  const given = revisions.map(({ ticketId, revision }) => ({ ticketId, revision }));
  await db.execute(sql`
    update tickets set batch = ${AWAITING[to]}, due_at = now()
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given ("ticketId" bigint, revision int)
    where tickets.id = given."ticketId" and tickets.revision = given.revision
      and tickets.state = 'received' and tickets.batch = 'in_chunk'`);
}

export interface Release {
  chunkId: number;
  /** What became of the members. */
  as: 'again' | 'queue' | 'held' | 'dropped';
  /** Where their tickets go; null keeps them where they are. */
  to: NextPlace | null;
  /** Only those after this ticket's number. */
  after?: number;
}

/** Lets go of the members of a chunk that still wait. Answers how many. */
export async function releaseMembers(db: Db, { chunkId, as, to, after = 0 }: Release): Promise<number> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const revisions = await tx.execute<{ ticketId: number; revision: number }>(sql`
        update batch_members set state = ${as}
        where chunk_id = ${chunkId} and state = 'waiting' and ticket_id > ${after}
        returning ticket_id::float8 as "ticketId", revision`);
      if (to !== null) await placeTickets(tx, { to, revisions });
      return revisions.length;
    }),
  );
}

/** Sends tickets that have waited for their batch for so many milliseconds to the queue; all of them without a number. */
export async function leaveLane(db: Db, { olderThanMs }: { olderThanMs: number }): Promise<number> {
  const left = await whileAvailable(() =>
    db.execute(sql`
      update tickets set batch = null, due_at = now()
      where state = 'received' and batch is not null and revised_at <= now() - ${olderThanMs} * interval '1 millisecond'
      returning id`),
  );
  return left.length;
}
