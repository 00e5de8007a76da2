import type { Written } from '@usher/core/connectors/changes';
import { and, eq, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { deliveries, writeBacks } from './schema/operations.ts';

/** Who writes on which ticket, for which delivery. */
export interface Hold {
  ticketId: number;
  deliveryId: number;
  /** Names this attempt and no other. */
  holder: string;
}

/** What a try to hold a ticket gives: what we wrote on it before; that another holds it; or that a later delivery exists. */
export type Held = { kind: 'held'; written: Written | null } | { kind: 'busy' } | { kind: 'superseded' };

/**
 * Holds a ticket for so many milliseconds, so that only one attempt at a time writes on it, whichever worker makes it. A
 * hold that its worker never gave back runs out. A delivery is superseded as soon as a later one tells the same helpdesk.
 */
export async function holdTicket(db: Db, { ticketId, deliveryId, holder }: Hold, forMs: number): Promise<Held> {
  const [found] = await whileAvailable(() =>
    db.execute<{ isSuperseded: boolean; isHeld: boolean; written: Written | null }>(sql`
      with later as (
        select exists (
          select from deliveries where ticket_id = ${ticketId} and endpoint_id is null and id > ${deliveryId}
        ) as is_there
      ), held as (
        insert into write_backs (ticket_id, holder, held_until)
        select ${ticketId}, ${holder}, now() + ${forMs} * interval '1 millisecond' from later where not is_there
        on conflict (ticket_id) do update set holder = excluded.holder, held_until = excluded.held_until
        where write_backs.held_until is null or write_backs.held_until <= now()
        returning written
      )
      select later.is_there as "isSuperseded", exists (select from held) as "isHeld", (select written from held) as written
      from later`),
  );
  if (found === undefined || found.isSuperseded) return { kind: 'superseded' };
  return found.isHeld ? { kind: 'held', written: found.written } : { kind: 'busy' };
}

/** Keeps what we wrote, or are about to write, and holds on; answers false where the hold was lost. */
export async function keepWritten(
  db: Db,
  { ticketId, holder }: Hold,
  { written, forMs }: { written: Written | null; forMs: number },
): Promise<boolean> {
  const kept = await whileAvailable(() =>
    db
      .update(writeBacks)
      .set({ written, heldUntil: sql`now() + ${forMs} * interval '1 millisecond'`, changedAt: sql`now()` })
      .where(and(eq(writeBacks.ticketId, ticketId), eq(writeBacks.holder, holder)))
      .returning({ ticketId: writeBacks.ticketId }),
  );
  return kept.length > 0;
}

/** Gives a ticket back; one that another holds by now stays held. */
export async function releaseTicket(db: Db, { ticketId, holder }: Hold): Promise<void> {
  await whileAvailable(() =>
    db
      .update(writeBacks)
      .set({ holder: null, heldUntil: null })
      .where(and(eq(writeBacks.ticketId, ticketId), eq(writeBacks.holder, holder))),
  );
}

/** Says how far the note of a delivery is. */
export async function markNote(db: Db, deliveryId: number, note: 'sending' | 'left' | null): Promise<void> {
  await whileAvailable(() => db.update(deliveries).set({ note }).where(eq(deliveries.id, deliveryId)));
}

/**
 * Asks that what we wrote on a ticket be taken back: a delivery for its helpdesk, which also makes those that still wait
 * superfluous. Undefined where nothing was written and nothing waits to be.
 */
export async function requestUndo(db: Db, ticketId: number, actor: string): Promise<number | undefined> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [made] = await tx.execute<{ deliveryId: number }>(sql`
        insert into deliveries (source_id, ticket_id, decision_id, event, due_at)
        select source_id, id, decision_id, 'ticket.undone', now() from tickets
        where id = ${ticketId} and (
          exists (select from write_backs where ticket_id = ${ticketId} and written is not null)
          or exists (select from deliveries where ticket_id = ${ticketId} and endpoint_id is null and state = 'pending'
                     and event <> 'ticket.undone'))
        returning id::float8 as "deliveryId"`);
      if (made === undefined) return undefined;
      await writeAudit(tx, { actor, verb: 'ticket.undo', subject: `ticket ${ticketId}` });
      return made.deliveryId;
    }),
  );
}
