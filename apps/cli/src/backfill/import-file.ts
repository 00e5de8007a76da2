import { setTimeout as pause } from 'node:timers/promises';
import { type Backfill, endBackfill, findBackfill } from '@usher/db/backfill/backfills';
import { type Chunk, storeChunk, type Stored } from '@usher/db/backfill/store-chunk';
import type { Db } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { CannotDo } from '../failures.ts';
import type { Progress } from './progress.ts';
import { type Part, readParts, type ReadRules } from './read-parts.ts';
import type { TextFile } from './read-text.ts';
import { openRejectFile, type RejectFile } from './reject-file.ts';

const LOOK_EVERY_MS = 2_000;
/** How long Postgres may be away before the import gives up; it can be run again then. */
const PATIENCE_MS = 60_000;

export interface Import {
  db: Db;
  file: TextFile;
  backfill: Backfill;
  rules: ReadRules;
  isForBatch: boolean;
  isLabelledDue: boolean;
  rejectPath: string;
  progress: Progress;
}

/** How an import ended; one that was stopped, or reached its limit, goes on when it is run again. */
export interface Imported {
  end: 'whole' | 'limit' | 'cancelled';
  /** Labels that the taxonomy does not have, and how many tickets have each. */
  unknownLabels: Map<string, number>;
}

/**
 * Reads a file from where its backfill stands and stores it, part by part, reading ahead while a part is stored. Throws
 * CannotDo where the file cannot be read on, or another process reads it, too.
 */
export async function importFile(options: Import): Promise<Imported> {
  const { db, file, backfill, rules, progress } = options;
  await using rejects = await openRejectFile(options.rejectPath, backfill.rejectBytes);
  const unknownLabels = new Map<string, number>();
  let taken = 0;
  let storing: Promise<Stored['kind']> = Promise.resolve('stored');
  for await (const part of readParts(file, rules, backfill.position)) {
    if ((await storing) === 'cancelled') break;
    storing = storePart(part, rejects, options);
    // Looked at when the next part is there; a failure before that must not count as one that nobody expected.
    storing.catch(() => {});
    for (const label of part.unknownLabels) unknownLabels.set(label, (unknownLabels.get(label) ?? 0) + 1);
    taken += part.rows.length;
    progress.at({ records: part.to, bytes: file.bytesRead() });
    await keepRate(taken, rules.rate, progress.startedAt);
  }
  if ((await storing) === 'cancelled') return { end: 'cancelled', unknownLabels };
  if (taken >= rules.limit) return { end: 'limit', unknownLabels };
  await endBackfill(db, backfill.id);
  return { end: 'whole', unknownLabels };
}

async function storePart(part: Part, rejects: RejectFile, options: Import): Promise<Stored['kind']> {
  const { backfill, isForBatch, isLabelledDue, progress } = options;
  rejects.add(part.rejects);
  const { rows, from, to, refused, skipped } = part;
  const rejectBytes = await rejects.flush();
  const { id: backfillId, sourceId } = backfill;
  const chunk = { backfillId, sourceId, rows, from, to, refused, skipped, rejectBytes, isForBatch, isLabelledDue };
  for (;;) {
    const { kind } = await outlast(chunk, options);
    if (kind === 'overtaken') {
      throw new CannotDo(
        'overtaken',
        `Another process reads the same file (backfill ${backfillId}). Let it go on alone.`,
      );
    }
    if (kind !== 'held') return kind;
    progress.remark(`Backfill ${backfillId} is paused; usher backfill resume ${backfillId} lets it go on.`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Repeats while Postgres is away. A chunk whose commit went unheard is known by the backfill's position. */
async function outlast(chunk: Chunk, { db, progress }: Import): Promise<Pick<Stored, 'kind'>> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      const stored = await storeChunk(db, chunk);
      if (stored.kind !== 'overtaken' || tries === 0) return stored;
      const now = await findBackfill(db, chunk.backfillId);
      return now?.position === chunk.to ? { kind: 'stored' } : stored;
    } catch (thrown) {
      if (!(thrown instanceof DatabaseUnavailable) || Date.now() > giveUpAt) throw thrown;
      progress.remark('Postgres is away; trying again.');
      await pause(LOOK_EVERY_MS);
    }
  }
}

/** Waits until so many tickets are due at that rate. */
async function keepRate(taken: number, rate: number, startedAt: number): Promise<void> {
  if (rate === Infinity) return;
  const aheadMs = (taken / rate) * 1_000 - (performance.now() - startedAt);
  if (aheadMs > 0) await pause(aheadMs);
}
