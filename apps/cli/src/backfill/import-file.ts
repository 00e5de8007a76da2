import { setTimeout as pause } from 'node:timers/promises';
import { type Backfill, endBackfill } from '@usher/db/backfill/backfills';
import type { Db } from '@usher/db/connect';
import { ChunkWriter } from './chunk-writer.ts';
import type { Progress } from './progress.ts';
import { readChunks } from './read-chunks.ts';
import type { ReadRules } from './read-parts.ts';
import type { TextFile } from './read-text.ts';
import { openRejectFile } from './reject-file.ts';

export interface Import {
  db: Db;
  file: TextFile;
  encoding: string | undefined;
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
  const { db, file, encoding, backfill, rules, progress, isForBatch, isLabelledDue } = options;
  const { id: backfillId, sourceId, position } = backfill;
  const origin = { sourceId, backfillId, isForBatch, isLabelledDue };
  await using rejects = await openRejectFile(options.rejectPath, backfill.rejectBytes);
  await using reading = readChunks(file, encoding, { origin, rules, position });
  const unknownLabels = new Map<string, number>();
  const writer = new ChunkWriter({ db, backfill, progress, rejects, onStored: (chunk) => reading.giveBack(chunk) });
  let taken = 0;
  for await (const chunk of reading.chunks) {
    taken += chunk.rows.count;
    for (const [label, count] of chunk.unknownLabels) unknownLabels.set(label, (unknownLabels.get(label) ?? 0) + count);
    if (!(await writer.add(chunk))) break;
    progress.at({ records: chunk.to, bytes: chunk.bytesRead });
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
