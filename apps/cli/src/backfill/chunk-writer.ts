import { setTimeout as pause } from 'node:timers/promises';
import { type Backfill, findBackfill } from '@usher/db/backfill/backfills';
import { type Chunk, storeChunk, type Stored } from '@usher/db/backfill/store-chunk';
import type { Db } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { CannotDo } from '../failures.ts';
import type { GatheredChunk } from './gather-chunks.ts';
import type { Progress } from './progress.ts';
import type { RejectFile } from './reject-file.ts';

const LOOK_EVERY_MS = 2_000;
/** How long Postgres may be away before the import gives up; it can be run again then. */
const PATIENCE_MS = 60_000;

export interface ChunkWriterOptions {
  db: Db;
  backfill: Backfill;
  rejects: RejectFile;
  progress: Progress;
  /** Called with each chunk that is stored. */
  onStored: (chunk: GatheredChunk) => void;
}

/** What became of a chunk, and whether some of its tickets were known before. */
type Outcome = Pick<Stored, 'kind'> & { hasKnown: boolean };

/** Stores chunks of a file, one while the next comes. Its methods throw CannotDo where another process reads the file, too. */
export class ChunkWriter {
  readonly #options: ChunkWriterOptions;
  #storing: Promise<Outcome> = Promise.resolve({ kind: 'stored', hasKnown: false });

  constructor(options: ChunkWriterOptions) {
    this.#options = options;
  }

  /** Begins to store a chunk when the one before is stored. False where the backfill was cancelled: nothing more is stored. */
  async add(chunk: GatheredChunk): Promise<boolean> {
    const { rejects } = this.#options;
    rejects.add(chunk.rejects);
    const rejectBytes = await rejects.flush();
    const { kind, hasKnown } = await this.#storing;
    if (kind === 'cancelled') return false;
    this.#storing = this.#store(chunk, { rejectBytes, isKnown: hasKnown });
    // Looked at when the next chunk is there; a failure before that must not count as one that nobody expected.
    this.#storing.catch(() => {});
    return true;
  }

  /** Waits for what is being stored. False where the backfill was cancelled. */
  async end(): Promise<boolean> {
    return (await this.#storing).kind !== 'cancelled';
  }

  async #store(gathered: GatheredChunk, more: Pick<Chunk, 'rejectBytes' | 'isKnown'>): Promise<Outcome> {
    const { progress, backfill, onStored } = this.#options;
    const { rows, from, to, refused, skipped } = gathered;
    for (;;) {
      const stored = await outlast({ ...more, rows, from, to, refused, skipped }, this.#options);
      if (stored.kind === 'overtaken') {
        throw new CannotDo(
          'overtaken',
          `Another process reads the same file (backfill ${backfill.id}). Let it go on alone.`,
        );
      }
      if (stored.kind === 'stored') onStored(gathered);
      if (stored.kind !== 'held') return stored;
      progress.remark(`Backfill ${backfill.id} is paused; usher backfill resume ${backfill.id} lets it go on.`);
      await pause(LOOK_EVERY_MS);
    }
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
