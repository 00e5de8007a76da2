import { ClaudeCalibration } from '@usher/core/evaluation/claude-calibration';
import { desc, eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { calibrators } from './schema/taxonomies.ts';

/** Number of the newest calibration of a model of Claude, null while there is none. Cheap enough to ask often. */
export async function currentCalibrator(db: Db, model: string): Promise<number | null> {
  const [row] = await whileAvailable(() =>
    db
      .select({ id: calibrators.id })
      .from(calibrators)
      .where(eq(calibrators.model, model))
      .orderBy(desc(calibrators.id))
      .limit(1),
  );
  return row?.id ?? null;
}

/** A calibration by its number, or null. */
export async function loadCalibrator(db: Db, id: number): Promise<ClaudeCalibration | null> {
  const [row] = await whileAvailable(() => db.select().from(calibrators).where(eq(calibrators.id, id)));
  return row === undefined ? null : ClaudeCalibration.parse(row.calibration);
}

/** Stores a calibration of a model of Claude, which puts it in force, and answers its number. */
export async function saveCalibrator(db: Db, row: { model: string; calibration: ClaudeCalibration }): Promise<number> {
  const [stored] = await whileAvailable(() => db.insert(calibrators).values(row).returning({ id: calibrators.id }));
  if (stored === undefined) throw new Error('a calibration was not stored');
  return stored.id;
}
