import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { tickets } from '../schema/tickets.ts';

/** A backfill that is held sends nothing. */
const NOT_HELD = sql`backfill_id not in (select id from backfills where is_held)`;

/** How many tickets await a chunk, counted up to a number, and for how long the oldest has, in milliseconds. */
export async function countAwaiting(
  db: Db,
  { most }: { most: number },
): Promise<{ awaiting: number; oldestMs: number }> {
  const [row] = await whileAvailable(() =>
    db.execute<{ awaiting: number; oldestMs: number }>(sql`
      select count(*)::int as awaiting,
             coalesce(extract(epoch from now() - min(revised_at)) * 1000, 0)::float8 as "oldestMs"
      from (select revised_at from ${tickets} where state = 'received' and batch = 'awaiting' and ${NOT_HELD} order by id limit ${most}) as oldest`),
  );
  return row ?? { awaiting: 0, oldestMs: 0 };
}

export interface NewChunk {
  /** A word of our own choosing that no other chunk has, anywhere. */
  key: string;
  releaseId: number;
  model: string;
  /** Tickets at most. */
  most: number;
}

/** Writes down the tickets that have awaited a chunk for longest. Answers its number; undefined when none waits. */
export async function writeDownChunk(db: Db, { key, releaseId, model, most }: NewChunk): Promise<number | undefined> {
  const [row] = await whileAvailable(() =>
    db.execute<{ id: number }>(sql`
      with picked as materialized (
        select id, revision from tickets where state = 'received' and batch = 'awaiting' and ${NOT_HELD}
        order by id limit ${most} for update skip locked
      ), chunk as (
        insert into batch_chunks (key, release_id, model, tickets)
        select ${key}, ${releaseId}::bigint, ${model}, count(*)::int from picked having count(*) > 0
        returning id
      ), members as (
        insert into batch_members (chunk_id, ticket_id, revision, tries)
        select chunk.id, picked.id, picked.revision,
               1 + (select count(*) from batch_members as earlier
                    where earlier.ticket_id = picked.id and earlier.revision = picked.revision and earlier.state = 'again')
        from picked, chunk
      ), placed as (
        update tickets set batch = 'in_chunk' from picked where tickets.id = picked.id
      )
      select id::float8 as id from chunk`),
  );
  return row?.id;
}
