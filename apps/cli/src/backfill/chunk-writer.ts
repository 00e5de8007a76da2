import { setTimeout as pause } from 'node:timers/promises';
import { type Backfill, findBackfill } from '@usher/db/backfill/backfills';
import { type Origin, PackedRows } from '@usher/db/backfill/packed-rows';
import { type Chunk, storeChunk, type Stored } from '@usher/db/backfill/store-chunk';
import type { Db } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { CannotDo } from '../failures.ts';
import type { Progress } from './progress.ts';
import type { Part } from './read-parts.ts';
import type { Reject, RejectFile } from './reject-file.ts';

const LOOK_EVERY_MS = 2_000;
/** How long Postgres may be away before the import gives up; it can be run again then. */
const PATIENCE_MS = 60_000;

export interface ChunkWriterOptions {
  db: Db;
  backfill: Backfill;
  isForBatch: boolean;
  isLabelledDue: boolean;
  /** Whether each part is stored by itself, for the sake of an even rate. */
  isSlow: boolean;
  rejects: RejectFile;
  progress: Progress;
}

/** What became of a chunk, and whether some of its tickets were known before. */
type Outcome = Pick<Stored, 'kind'> & { hasKnown: boolean };

/** Stores parts of a file in chunks, one while the next is gathered. Its methods throw CannotDo where another process reads the file, too. */
export class ChunkWriter {
  readonly #options: ChunkWriterOptions;
  #gathering: Gathering;
  #spare: Gathering;
  #storing: Promise<Outcome> = Promise.resolve({ kind: 'stored', hasKnown: false });

  constructor(options: ChunkWriterOptions) {
    const { backfill, isForBatch, isLabelledDue } = options;
    const origin = { sourceId: backfill.sourceId, backfillId: backfill.id, isForBatch, isLabelledDue };
    this.#options = options;
    this.#gathering = new Gathering(origin, backfill.position);
    this.#spare = new Gathering(origin, backfill.position);
  }

  /** Takes the next part of the file. False where the backfill was cancelled: nothing more is stored. */
  async add(part: Part): Promise<boolean> {
    this.#gathering.add(part);
    return !(this.#options.isSlow || this.#gathering.rows.isFull) || this.#store();
  }

  /** Stores what is left, and waits for it. False where the backfill was cancelled. */
  async end(): Promise<boolean> {
    if (this.#gathering.to > this.#gathering.from && !(await this.#store())) return false;
    return (await this.#storing).kind !== 'cancelled';
  }

  async #store(): Promise<boolean> {
    const { kind, hasKnown } = await this.#storing;
    if (kind === 'cancelled') return false;
    const chunk = this.#gathering;
    this.#storing = store(chunk, hasKnown, this.#options);
    // Looked at when the next chunk is there; a failure before that must not count as one that nobody expected.
    this.#storing.catch(() => {});
    this.#gathering = this.#spare;
    this.#gathering.startAt(chunk.to);
    this.#spare = chunk;
    return true;
  }
}

/** Parts of a file that follow each other, for one transaction. */
class Gathering {
  readonly rows: PackedRows;
  from: number;
  to: number;
  refused = 0;
  skipped = 0;
  rejects: Reject[] = [];

  constructor(origin: Origin, from: number) {
    this.rows = new PackedRows(origin);
    this.from = from;
    this.to = from;
  }

  add({ rows, to, refused, skipped, rejects }: Part): void {
    for (const row of rows) this.rows.add(row);
    this.to = to;
    this.refused += refused;
    this.skipped += skipped;
    this.rejects.push(...rejects);
  }

  /** Forgets everything; the parts after so many records come next. */
  startAt(position: number): void {
    this.rows.clear();
    this.from = position;
    this.to = position;
    this.refused = 0;
    this.skipped = 0;
    this.rejects = [];
  }
}

async function store(gathered: Gathering, isKnown: boolean, options: ChunkWriterOptions): Promise<Outcome> {
  const { rejects, progress, backfill } = options;
  rejects.add(gathered.rejects);
  const { rows, from, to, refused, skipped } = gathered;
  const rejectBytes = await rejects.flush();
  for (;;) {
    const stored = await outlast({ rows, isKnown, from, to, refused, skipped, rejectBytes }, options);
    if (stored.kind === 'overtaken') {
      throw new CannotDo(
        'overtaken',
        `Another process reads the same file (backfill ${backfill.id}). Let it go on alone.`,
      );
    }
    if (stored.kind !== 'held') return stored;
    progress.remark(`Backfill ${backfill.id} is paused; usher backfill resume ${backfill.id} lets it go on.`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Repeats while Postgres is away. A chunk whose commit went unheard is known by the backfill's position. */
async function outlast(chunk: Chunk, { db, backfill, progress }: ChunkWriterOptions): Promise<Outcome> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      const stored = await storeChunk(db, chunk);
      if (stored.kind !== 'overtaken' || tries === 0) return { kind: stored.kind, hasKnown: hasKnown(stored) };
      const now = await findBackfill(db, backfill.id);
      return { kind: now?.position === chunk.to ? 'stored' : 'overtaken', hasKnown: false };
    } catch (thrown) {
      if (!(thrown instanceof DatabaseUnavailable) || Date.now() > giveUpAt) throw thrown;
      progress.remark('Postgres is away; trying again.');
      await pause(LOOK_EVERY_MS);
    }
  }
}

function hasKnown(stored: Stored): boolean {
  return stored.kind === 'stored' && stored.counts.revised + stored.counts.duplicate > 0;
}
