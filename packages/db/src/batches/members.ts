import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import type { Revision } from '../work.ts';

/** A ticket of a chunk that still awaits its answer, as a prompt needs it. */
export interface MemberText extends Revision {
  sourceId: number;
  subject: string;
  body: string;
}

/** The next tickets of a chunk after a ticket's number, for building its requests. */
export async function memberTexts(
  db: Db,
  { chunkId, after, limit }: { chunkId: number; after: number; limit: number },
): Promise<MemberText[]> {
  return whileAvailable(() =>
    db.execute<MemberText & Record<string, unknown>>(sql`
      select tickets.id::float8 as "ticketId", tickets.revision, source_id as "sourceId", subject, body
      from batch_members
      join tickets on tickets.id = ticket_id and tickets.revision = batch_members.revision
      where chunk_id = ${chunkId} and batch_members.state = 'waiting' and ticket_id > ${after}
        and tickets.state = 'received' and tickets.batch = 'in_chunk'
      order by ticket_id limit ${limit}`),
  );
}

/** What a decision about a member needs to know beside Claude's answer. */
export interface MemberFacts extends MemberText {
  tries: number;
  /** When this revision arrived. */
  revisedAt: Date;
  /** The category that a person chose for an earlier text; null if nobody did. */
  chosenByPerson: string | null;
}

/** Those of some members that still wait for their answer; a result that was read before is among them no more. */
export async function waitingAmong(
  db: Db,
  { chunkId, revisions }: { chunkId: number; revisions: readonly Revision[] },
): Promise<MemberFacts[]> {
  const rows = await whileAvailable(() =>
    db.execute<Omit<MemberFacts, 'revisedAt'> & { revisedAtMs: number }>(sql`
      select ticket_id::float8 as "ticketId", batch_members.revision, tries, source_id as "sourceId", subject, body,
        extract(epoch from revised_at)::float8 * 1000 as "revisedAtMs",
        (select category from decisions
         where ticket_id = tickets.id and actor_kind <> 'engine' and batch_members.revision > 1
         order by id desc limit 1) as "chosenByPerson"
      from batch_members
      join jsonb_to_recordset(${JSON.stringify(revisions)}::jsonb) as given ("ticketId" bigint, revision int)
        on given."ticketId" = ticket_id and given.revision = batch_members.revision
      join tickets on tickets.id = ticket_id
      where chunk_id = ${chunkId} and batch_members.state = 'waiting'`),
  );
  return rows.map(({ revisedAtMs, ...facts }) => ({ ...facts, revisedAt: new Date(revisedAtMs) }));
}

/** Members that still wait for their answer. */
export async function countWaiting(db: Db, chunkId: number): Promise<number> {
  const [row] = await whileAvailable(() =>
    db.execute<{ waiting: number }>(sql`
      select count(*)::int as waiting from batch_members where chunk_id = ${chunkId} and state = 'waiting'`),
  );
  return row?.waiting ?? 0;
}

/** Gives up members whose tickets were decided or revised since they were written down: nobody needs their answer. */
export async function dropDecided(db: Db, chunkId: number): Promise<void> {
  await whileAvailable(() =>
    db.execute(sql`
      update batch_members set state = 'dropped'
      where chunk_id = ${chunkId} and state = 'waiting' and not exists (
        select from tickets
        where tickets.id = ticket_id and tickets.revision = batch_members.revision
          and tickets.state = 'received' and tickets.batch = 'in_chunk')`),
  );
}
