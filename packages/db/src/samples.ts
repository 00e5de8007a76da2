import { SAMPLE_SOURCE } from '@usher/core/source-name';
import type { TicketDraft } from '@usher/core/ticket';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Receipt } from './arrival.ts';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { receiveTickets } from './receive-tickets.ts';
import { removeTickets } from './remove-tickets.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';

/** The number of the samples' source, for statements; null where there never were samples. */
const sampleSource: SQL = sql`(select id from sources where name = ${SAMPLE_SOURCE})`;

/** The condition that a number names a source whose tickets count: any but the samples'. */
export function isCountedSource(sourceId: SQL): SQL {
  return sql`${sourceId} is distinct from ${sampleSource}`;
}

/** The condition that a number names a ticket that counts: any but a sample. Samples are few, so that it costs next to nothing. */
export function isCountedTicket(ticketId: SQL): SQL {
  return sql`${ticketId} not in (select id from tickets where source_id = ${sampleSource})`;
}

/** Whether a ticket is a sample. */
export async function isSample(db: Db, ticketId: number): Promise<boolean> {
  const [found] = await whileAvailable(() =>
    db
      .select({ id: tickets.id })
      .from(tickets)
      .where(and(eq(tickets.id, ticketId), eq(tickets.sourceId, sampleSource))),
  );
  return found !== undefined;
}

const inUse = and(eq(sources.name, SAMPLE_SOURCE), isNull(sources.removedAt));

/**
 * Makes room for samples where no ticket ever came. Answers whether samples may be sent now: also where an earlier start made room,
 * and never again once they were removed.
 */
export async function beginSamples(db: Db, actor: string): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const made = await tx.execute<{ id: number }>(sql`
        insert into sources (name) select ${SAMPLE_SOURCE} where not exists (select from tickets)
        on conflict (name) do nothing returning id`);
      if (made.length > 0) await writeAudit(tx, { actor, verb: 'samples.begin', subject: 'samples' });
      const found = await tx.select({ id: sources.id }).from(sources).where(inUse);
      return found.length > 0;
    }),
  );
}

/** Takes in a sample as any other live ticket. Undefined once samples were removed. Throws DatabaseUnavailable. */
export async function receiveSample(db: Db, draft: TicketDraft): Promise<Receipt | undefined> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      // Whoever removes them waits until this one is there, and then finds it.
      const [source] = await tx.select({ id: sources.id }).from(sources).where(inUse).for('share');
      if (source === undefined) return undefined;
      const [receipt] = await receiveTickets(tx, [{ sourceId: source.id, lane: 'live', draft }]);
      return receipt;
    }),
  );
}

/** How many samples there are. */
export async function countSamples(db: Db): Promise<number> {
  const [row] = await whileAvailable(() =>
    db.execute<{ count: number }>(sql`select count(*)::int as count from tickets where source_id = ${sampleSource}`),
  );
  return row?.count ?? 0;
}

/** Removes the samples with all that was derived from them, for good. Answers how many there were. */
export async function removeSamples(db: Db, actor: string): Promise<number> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const removed = await tx
        .update(sources)
        .set({ removedAt: new Date() })
        .where(inUse)
        .returning({ id: sources.id });
      if (removed.length === 0) return 0;
      await tx.execute(sql`select from tickets where source_id = ${sampleSource} order by id for update`);
      const gone = await removeTickets(tx, sql`select id from tickets where source_id = ${sampleSource}`);
      await writeAudit(tx, { actor, verb: 'samples.remove', subject: 'samples', detail: { tickets: gone } });
      return gone;
    }),
  );
}
