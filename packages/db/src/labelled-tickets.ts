import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { examples, type Provenance } from './schema/examples.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';

/** Characters of a body that suffice to recognise a text. */
const EXCERPT = 300;

/** A ticket of which it is known what it was. */
export interface LabelledTicket {
  id: number;
  source: string;
  externalId: string;
  subject: string;
  /** The beginning of its text. */
  excerpt: string;
  category: string;
  subcategory: string | null;
  /** How that became known. */
  provenance: Provenance;
}

/** Of these tickets, those of which it is known what they were, in no order. */
export async function listLabelled(db: Db, ticketIds: readonly number[]): Promise<LabelledTicket[]> {
  if (ticketIds.length === 0) return [];
  return whileAvailable(() =>
    db
      .select({
        id: tickets.id,
        source: sources.name,
        externalId: tickets.externalId,
        subject: examples.subject,
        excerpt: sql<string>`left(${examples.body}, ${EXCERPT})`,
        category: examples.category,
        subcategory: examples.subcategory,
        provenance: examples.provenance,
      })
      .from(examples)
      .innerJoin(tickets, eq(tickets.id, examples.ticketId))
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(and(inArray(examples.ticketId, [...ticketIds]), isNull(examples.retiredAt))),
  );
}
