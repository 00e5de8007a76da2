import { type Origin, type PackedRows, RowPacker } from '@usher/db/backfill/packed-rows';
import { type Part, readParts, type ReadRules } from './read-parts.ts';
import type { TextFile } from './read-text.ts';
import { rejectLine } from './reject-file.ts';
import type { Rooms } from './rooms.ts';

/** How a file is read, and after how many records. */
export interface Gathering {
  origin: Origin;
  rules: ReadRules;
  position: number;
}

/** Parts of a file that follow each other, for one transaction. Plain data, which can go from thread to thread. */
export interface GatheredChunk extends Pick<Part, 'from' | 'to' | 'refused' | 'skipped'> {
  rows: PackedRows;
  /** Lines for the reject file. */
  rejects: readonly string[];
  /** Labels that the taxonomy does not have, and how many tickets have each. */
  unknownLabels: ReadonlyMap<string, number>;
  /** How much of the file was read by then. */
  bytesRead: number;
}

/**
 * Gathers what a file says in chunks, each in memory of `rooms`, where its memory is to be given back. With a rate each part is a
 * chunk by itself. Throws CannotDo where the file cannot be read, or a record of it and the reading is strict.
 */
export async function* gatherChunks(
  file: TextFile,
  { origin, rules, position }: Gathering,
  rooms: Rooms,
): AsyncGenerator<GatheredChunk> {
  const isSlow = rules.rate !== Infinity;
  let chunk = new Growing(position, new RowPacker(origin, await rooms.take()));
  for await (const part of readParts(file, rules, position)) {
    chunk.add(part);
    if (!isSlow && !chunk.isFull) continue;
    yield chunk.ended(file.bytesRead());
    chunk = new Growing(part.to, new RowPacker(origin, await rooms.take()));
  }
  if (chunk.to > chunk.from) yield chunk.ended(file.bytesRead());
}

/** A chunk while parts are added to it. */
class Growing {
  readonly from: number;
  to: number;
  #refused = 0;
  #skipped = 0;
  readonly #packer: RowPacker;
  readonly #rejects: string[] = [];
  readonly #unknownLabels = new Map<string, number>();

  constructor(from: number, packer: RowPacker) {
    this.from = from;
    this.to = from;
    this.#packer = packer;
  }

  get isFull(): boolean {
    return this.#packer.isFull;
  }

  add({ rows, to, refused, skipped, rejects, unknownLabels }: Part): void {
    for (const row of rows) this.#packer.add(row);
    this.to = to;
    this.#refused += refused;
    this.#skipped += skipped;
    for (const reject of rejects) this.#rejects.push(rejectLine(reject));
    for (const label of unknownLabels) this.#unknownLabels.set(label, (this.#unknownLabels.get(label) ?? 0) + 1);
  }

  ended(bytesRead: number): GatheredChunk {
    return {
      rows: this.#packer.packed,
      from: this.from,
      to: this.to,
      refused: this.#refused,
      skipped: this.#skipped,
      rejects: this.#rejects,
      unknownLabels: this.#unknownLabels,
      bytesRead,
    };
  }
}
