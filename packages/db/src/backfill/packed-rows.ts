import type { CategorisedDecision } from '@usher/core/decide';
import type { TicketDraft } from '@usher/core/ticket';
import { hashOf } from '../text-hash.ts';

/** What all tickets of a backfill have in common. */
export interface Origin {
  sourceId: number;
  backfillId: number;
  /** Whether the tickets may wait for a Message Batch. */
  isForBatch: boolean;
  /** Whether tickets with a label are to be classified all the same. */
  isLabelledDue: boolean;
}

/** A ticket of a file, and the decision that its label there gives. */
export interface Row {
  draft: TicketDraft;
  label: CategorisedDecision | null;
}

/** The columns of `tickets` that packed rows fill, in their order. */
export const PACKED_COLUMNS = `external_id, subject, body, text_hash, requester, channel, language, created_at,
  written_at, source_id, lane, backfill_id, batch, state`;

/** Tickets and bytes that are enough for one transaction. */
const ENOUGH_ROWS = 10_000;
const ENOUGH_BYTES = 6_500_000;
/** Room for the rows that may come after it is nearly full; there is more where they are long. */
const ROOM_BEYOND = 1_000_000;
/** UTF-8 takes so many bytes at most for a UTF-16 unit. */
const BYTES_A_UNIT = 3;

/** Rows of a backfill in COPY's text format (https://www.postgresql.org/docs/current/sql-copy.html): plain data, so that they can go from thread to thread. */
export interface PackedRows {
  origin: Origin;
  bytes: Uint8Array<ArrayBuffer>;
  count: number;
  /** What the file says first of each of its tickets that it says something of, by the id in the source. */
  labels: ReadonlyMap<string, CategorisedDecision>;
}

/** Memory for one packing after another. */
export function roomForRows(): ArrayBuffer {
  return new ArrayBuffer(ENOUGH_BYTES + ROOM_BEYOND);
}

/**
 * Packs rows of a file into memory that can be used again and again: as objects, thousands of rows in hand would take several
 * times the room, and much work to tidy up.
 */
export class RowPacker {
  readonly #origin: Origin;
  readonly #ends: Record<'due' | 'done', string>;
  #room: Buffer<ArrayBuffer>;
  #length = 0;
  #count = 0;
  readonly #labels = new Map<string, CategorisedDecision>();

  constructor(origin: Origin, room: ArrayBuffer = roomForRows()) {
    const { sourceId, backfillId, isForBatch } = origin;
    this.#origin = origin;
    this.#room = Buffer.from(room);
    this.#ends = {
      due: `${sourceId}\tbulk\t${backfillId}\t${isForBatch ? 'awaiting' : '\\N'}\treceived\n`,
      done: `${sourceId}\tbulk\t${backfillId}\t\\N\trouted\n`,
    };
  }

  /** Whether one transaction should take no more. */
  get isFull(): boolean {
    return this.#count >= ENOUGH_ROWS || this.#length >= ENOUGH_BYTES;
  }

  /** What was added. Its memory is the one that was given, or larger; nothing can be added once it has gone elsewhere. */
  get packed(): PackedRows {
    const bytes = new Uint8Array(this.#room.buffer, 0, this.#length);
    return { origin: this.#origin, bytes, count: this.#count, labels: this.#labels };
  }

  /** Adds a row. */
  add({ draft, label }: Row): void {
    const isDone = label !== null && !this.#origin.isLabelledDue;
    const line = ticketOf(draft) + this.#ends[isDone ? 'done' : 'due'];
    this.#makeRoom(line.length * BYTES_A_UNIT);
    this.#length += this.#room.write(line, this.#length);
    this.#count += 1;
    if (label !== null && !this.#labels.has(draft.ticket_id)) this.#labels.set(draft.ticket_id, label);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#room.length) return;
    const larger = Buffer.from(new ArrayBuffer(needed + ROOM_BEYOND));
    this.#room.copy(larger, 0, 0, this.#length);
    this.#room = larger;
  }
}

function ticketOf(draft: TicketDraft): string {
  const { ticket_id: id, subject, body, requester, channel, language } = draft;
  const created = draft.created_at?.toISOString() ?? '\\N';
  const written = draft.updated_at?.toISOString() ?? created;
  const texts = `${escaped(id)}\t${escaped(subject)}\t${escaped(body)}\t${hashOf(draft)}\t${escaped(requester)}`;
  return `${texts}\t${escaped(channel)}\t${escaped(language)}\t${created}\t${written}\t`;
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string | null): string {
  if (text === null) return '\\N';
  return SPECIAL.test(text) ? text.replaceAll(/[\\\n\r\t]/g, (found) => ESCAPES[found] ?? found) : text;
}
