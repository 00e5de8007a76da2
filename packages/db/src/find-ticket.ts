import { asc, eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { classifications, corrections, decisions } from './schema/facts.ts';
import { deliveries } from './schema/operations.ts';
import { sources } from './schema/sources.ts';
import { ticketRevisions, tickets } from './schema/tickets.ts';
import { isTicket, type TicketId } from './ticket-id.ts';

export type StoredTicket = typeof tickets.$inferSelect & { source: string };

/** One ticket without its history; undefined if there is none. */
export async function findTicket(db: Db, ticketId: TicketId): Promise<StoredTicket | undefined> {
  const [found] = await whileAvailable(() =>
    db
      .select({ ticket: tickets, source: sources.name })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(isTicket(ticketId)),
  );
  return found === undefined ? undefined : { ...found.ticket, source: found.source };
}

/** All that happened to a ticket, each list oldest first. */
export interface TicketHistory {
  revisions: (typeof ticketRevisions.$inferSelect)[];
  classifications: (typeof classifications.$inferSelect)[];
  decisions: (typeof decisions.$inferSelect)[];
  corrections: (typeof corrections.$inferSelect)[];
  deliveries: (typeof deliveries.$inferSelect)[];
}

/** The whole history of a ticket. */
export async function ticketHistory(db: Db, ticketId: number): Promise<TicketHistory> {
  return whileAvailable(async () => {
    const [revisions, suggested, decided, corrected, delivered] = await Promise.all([
      db
        .select()
        .from(ticketRevisions)
        .where(eq(ticketRevisions.ticketId, ticketId))
        .orderBy(asc(ticketRevisions.revision)),
      db.select().from(classifications).where(eq(classifications.ticketId, ticketId)).orderBy(asc(classifications.id)),
      db.select().from(decisions).where(eq(decisions.ticketId, ticketId)).orderBy(asc(decisions.id)),
      db.select().from(corrections).where(eq(corrections.ticketId, ticketId)).orderBy(asc(corrections.id)),
      db.select().from(deliveries).where(eq(deliveries.ticketId, ticketId)).orderBy(asc(deliveries.id)),
    ]);
    return { revisions, classifications: suggested, decisions: decided, corrections: corrected, deliveries: delivered };
  });
}
