import { setTimeout as pause } from 'node:timers/promises';
import { type Backfill, endBackfill } from '@usher/db/backfill/backfills';
import type { Db } from '@usher/db/connect';
import { ChunkWriter } from './chunk-writer.ts';
import type { Progress } from './progress.ts';
import { readParts, type ReadRules } from './read-parts.ts';
import type { TextFile } from './read-text.ts';
import { openRejectFile } from './reject-file.ts';

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
 * Reads a file from where its backfill stands and stores it, reading ahead while a chunk of it is stored. Throws CannotDo
 * where the file cannot be read on, or another process reads it, too.
 */
export async function importFile(options: Import): Promise<Imported> {
  const { db, file, backfill, rules, progress } = options;
  await using rejects = await openRejectFile(options.rejectPath, backfill.rejectBytes);
  const unknownLabels = new Map<string, number>();
  const writer = new ChunkWriter({ ...options, rejects, isSlow: rules.rate !== Infinity });
  let taken = 0;
  for await (const part of readParts(file, rules, backfill.position)) {
    if (!(await writer.add(part))) break;
    for (const label of part.unknownLabels) unknownLabels.set(label, (unknownLabels.get(label) ?? 0) + 1);
    taken += part.rows.length;
    progress.at({ records: part.to, bytes: file.bytesRead() });
    await keepRate(taken, rules.rate, progress.startedAt);
  }
  if (!(await writer.end())) return { end: 'cancelled', unknownLabels };
  if (taken >= rules.limit) return { end: 'limit', unknownLabels };
  await endBackfill(db, backfill.id);
  return { end: 'whole', unknownLabels };
}

/** Waits until so many tickets are due at that rate. */
async function keepRate(taken: number, rate: number, startedAt: number): Promise<void> {
  if (rate === Infinity) return;
  const aheadMs = (taken / rate) * 1_000 - (performance.now() - startedAt);
  if (aheadMs > 0) await pause(aheadMs);
}
