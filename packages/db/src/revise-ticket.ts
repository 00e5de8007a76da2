import { and, eq, max } from 'drizzle-orm';
import { batchPlaceOf, type HashedArrival, type Receipt } from './arrival.ts';
import type { Db } from './connect.ts';

import { ticketRevisions, tickets } from './schema/tickets.ts';

type Ticket = typeof tickets.$inferSelect;

/**
 * Handles a draft whose ticket is known. A text that was seen before changes nothing; a changed one becomes the newest
 * revision and makes work due again; one that is older by the source's own clock only joins the history.
 */
export async function reviseTicket(db: Db, arrival: HashedArrival): Promise<Receipt> {
  const { sourceId, draft, lane, textHash } = arrival;
  return db.transaction(async (tx) => {
    const [ticket] = await tx
      .select()
      .from(tickets)
      .where(and(eq(tickets.sourceId, sourceId), eq(tickets.externalId, draft.ticket_id)))
      .for('update');
    if (ticket === undefined) throw new Error(`ticket ${draft.ticket_id} vanished while it was revised`);
    const receipt = (revision: number, outcome: Receipt['outcome']): Receipt => ({
      ticketId: ticket.id,
      externalId: draft.ticket_id,
      revision,
      lane: ticket.lane,
      outcome,
    });
    const known = ticket.textHash === textHash ? ticket.revision : await knownRevision(tx, ticket.id, textHash);
    // By the source's own clock, an earlier text may come back as the newest.
    if (known !== undefined && (known === ticket.revision || !isNewer(arrival, ticket)))
      return receipt(known, 'duplicate');
    const revision = (await highestRevision(tx, ticket)) + 1;
    if (isOlder(arrival, ticket)) {
      await keepOld(tx, { ...draft, ticketId: ticket.id, revision, textHash, writtenAt: writtenAt(arrival) });
      return receipt(revision, 'superseded');
    }
    await keepOld(tx, { ...ticket, ticketId: ticket.id, receivedAt: ticket.revisedAt });
    await takeText(tx, ticket, { arrival, revision });
    return { ...receipt(revision, 'revised'), lane };
  });
}

async function knownRevision(db: Db, ticketId: number, textHash: string): Promise<number | undefined> {
  const [known] = await db
    .select({ revision: ticketRevisions.revision })
    .from(ticketRevisions)
    .where(and(eq(ticketRevisions.ticketId, ticketId), eq(ticketRevisions.textHash, textHash)));
  return known?.revision;
}

async function highestRevision(db: Db, ticket: Ticket): Promise<number> {
  const [row] = await db
    .select({ highest: max(ticketRevisions.revision) })
    .from(ticketRevisions)
    .where(eq(ticketRevisions.ticketId, ticket.id));
  return Math.max(ticket.revision, row?.highest ?? 0);
}

function writtenAt({ draft }: HashedArrival): Date | null {
  return draft.updated_at ?? draft.created_at;
}

function isOlder(arrival: HashedArrival, ticket: Ticket): boolean {
  const written = writtenAt(arrival);
  return written !== null && ticket.writtenAt !== null && written < ticket.writtenAt;
}

type OldText = Omit<typeof ticketRevisions.$inferInsert, 'receivedAt'> & { receivedAt?: Date };

function isNewer(arrival: HashedArrival, ticket: Ticket): boolean {
  const written = writtenAt(arrival);
  return written !== null && ticket.writtenAt !== null && written > ticket.writtenAt;
}

async function keepOld(db: Db, old: OldText): Promise<void> {
  const { ticketId, revision, subject, body, textHash, writtenAt } = old;
  const receivedAt = old.receivedAt ?? new Date();
  await db.insert(ticketRevisions).values({ ticketId, revision, subject, body, textHash, writtenAt, receivedAt });
}

async function takeText(
  db: Db,
  ticket: Ticket,
  { arrival, revision }: { arrival: HashedArrival; revision: number },
): Promise<void> {
  const { draft, textHash, lane } = arrival;
  const now = new Date();
  await db
    .update(tickets)
    .set({
      revision,
      subject: draft.subject,
      body: draft.body,
      textHash,
      requester: draft.requester ?? ticket.requester,
      channel: draft.channel ?? ticket.channel,
      language: draft.language ?? ticket.language,
      metadata: { ...ticket.metadata, ...draft.metadata },
      writtenAt: writtenAt(arrival),
      revisedAt: now,
      lane,
      batch: batchPlaceOf(arrival),
      state: 'received',
      dueAt: now,
      starts: 0,
    })
    .where(eq(tickets.id, ticket.id));
}
