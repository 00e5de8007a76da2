import type { Lane } from '@usher/core/ticket';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
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
}

/**
 * Loads a revision for classification and counts the start in the same statement, so that a ticket that kills workers is
 * noticed. Answers undefined when no work is due: decided already, or a newer revision came.
 */
export async function startWork(
  db: Db,
  { ticketId, revision }: { ticketId: number; revision: number },
): Promise<Work | undefined> {
  const [work] = await whileAvailable(() =>
    db
      .update(tickets)
      .set({ starts: sql`${tickets.starts} + 1` })
      .where(and(eq(tickets.id, ticketId), eq(tickets.revision, revision), eq(tickets.state, 'received')))
      .returning({
        ticketId: tickets.id,
        sourceId: tickets.sourceId,
        revision: tickets.revision,
        subject: tickets.subject,
        body: tickets.body,
        lane: tickets.lane,
        starts: tickets.starts,
        revisedAt: tickets.revisedAt,
        chosenByPerson: sql<string | null>`(
          select category from decisions
          where ticket_id = tickets.id and actor_kind <> 'engine' and tickets.revision > 1
          order by id desc limit 1)`,
      }),
  );
  return work;
}

/** Says that a start ended in an orderly way without a decision: the ticket waits and is looked at again at `dueAt`. */
export async function endWork(
  db: Db,
  { ticketId, revision, dueAt }: { ticketId: number; revision: number; dueAt: Date },
): Promise<void> {
  await whileAvailable(() =>
    db
      .update(tickets)
      .set({ starts: 0, dueAt })
      .where(and(eq(tickets.id, ticketId), eq(tickets.revision, revision), eq(tickets.state, 'received'))),
  );
}
