import { and, eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { decisions } from './schema/facts.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';
import { isTicket, type TicketId } from './ticket-id.ts';

/** What a correction needs to know about its ticket: the category that stands now. */
export interface Standing {
  ticketId: number;
  externalId: string;
  revision: number;
  category: string | null;
}

/** The category that the decision in force for the newest text gives, also in shadow mode; undefined if there is no such ticket. */
export async function findStanding(db: Db, ticketId: TicketId): Promise<Standing | undefined> {
  return whileAvailable(async () => {
    const [found] = await db
      .select({
        ticketId: tickets.id,
        externalId: tickets.externalId,
        revision: tickets.revision,
        category: decisions.category,
      })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .leftJoin(decisions, and(eq(decisions.id, tickets.decisionId), eq(decisions.revision, tickets.revision)))
      .where(isTicket(ticketId));
    return found;
  });
}
