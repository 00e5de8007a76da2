import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { PostgresJsSession } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { HashedArrival } from '../arrival.ts';
import type { Db } from '../connect.ts';
import { PACKED_COLUMNS, type PackedRows } from './packed-rows.ts';

const COLUMNS = sql.raw(PACKED_COLUMNS);

/**
 * Copies rows into `tickets`, in their order; numbers and dates of arrival are the table's own defaults. Throws where one of
 * the tickets is known, see isTicketTaken; the transaction is lost then.
 */
export async function copyTickets(tx: Db, rows: PackedRows): Promise<void> {
  await copyInto('tickets', tx, rows);
}

/** Stores those of the rows whose tickets are new, and answers the others, which are known or named twice, in their order. */
export async function insertTickets(tx: Db, rows: PackedRows): Promise<HashedArrival[]> {
  // One at a time for a source: in different orders, two with the same tickets would block each other.
  await tx.execute(sql`select pg_advisory_xact_lock(${INSERTING}::int, ${rows.origin.sourceId}::int)`);
  await tx.execute(sql`
    create temporary table if not exists staged on commit delete rows as select ${COLUMNS} from tickets with no data`);
  await copyInto('staged', tx, rows);
  const left = await tx.execute<LeftRow>(sql`
    with inserted as (
      insert into tickets (${COLUMNS})
      select ${COLUMNS} from staged order by ctid
      on conflict (source_id, external_id) do nothing
      returning external_id
    ), numbered as (
      select *, ctid as at, row_number() over (partition by external_id order by ctid) as nth from staged
    )
    select external_id, subject, body, text_hash, requester, channel, language,
           extract(epoch from created_at)::float8 * 1000 as created, extract(epoch from written_at)::float8 * 1000 as written
    from numbered
    where nth > 1 or external_id not in (select external_id from inserted)
    order by at`);
  return left.map((row) => arrivalOf(row, rows));
}

/** Whether storing failed because a ticket is known, or two stored the same tickets in different orders and one gave way. */
export function isTicketTaken(thrown: unknown): boolean {
  const error = thrown instanceof DrizzleQueryError ? thrown.cause : thrown;
  if (!(error instanceof postgres.PostgresError)) return false;
  return error.constraint_name === 'tickets_source_external' || error.code === DEADLOCK;
}

const DEADLOCK = '40P01';
/** Any fixed number, for a lock that nothing else takes. */
const INSERTING = 740_317;

async function copyInto(table: 'tickets' | 'staged', tx: Db, rows: PackedRows): Promise<void> {
  const { session } = tx._;
  if (!(session instanceof PostgresJsSession)) throw new TypeError('COPY needs the driver of this package');
  const copying = await session.client.unsafe(`copy ${table} (${PACKED_COLUMNS}) from stdin`).writable();
  await pipeline(Readable.from(piecesOf(rows)), copying);
}

const BYTES_A_PIECE = 262_144;

function* piecesOf({ bytes }: PackedRows): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += BYTES_A_PIECE) {
    yield bytes.subarray(start, Math.min(start + BYTES_A_PIECE, bytes.length));
  }
}

interface LeftRow extends Record<string, unknown> {
  external_id: string;
  subject: string;
  body: string;
  text_hash: string;
  requester: string | null;
  channel: string | null;
  language: string | null;
  created: number | null;
  written: number | null;
}

function arrivalOf(row: LeftRow, { origin: { sourceId, isForBatch } }: PackedRows): HashedArrival {
  const { external_id: id, text_hash: textHash, created, written, ...texts } = row;
  const moments = { created_at: dateOf(created), updated_at: dateOf(written) };
  return { sourceId, lane: 'bulk', textHash, isForBatch, draft: { ...texts, ticket_id: id, ...moments, metadata: {} } };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
