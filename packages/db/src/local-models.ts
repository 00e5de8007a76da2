import { desc, eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { localModels } from './schema/taxonomies.ts';

/** Number of the local model in force, null before the first was learnt. Cheap enough to ask often. */
export async function currentLocalModel(db: Db): Promise<number | null> {
  const [row] = await whileAvailable(() =>
    db.select({ id: localModels.id }).from(localModels).orderBy(desc(localModels.id)).limit(1),
  );
  return row?.id ?? null;
}

/** The bytes of a local model; undefined if there is none or they were pruned. */
export async function loadLocalModel(db: Db, id: number): Promise<Uint8Array | undefined> {
  const [row] = await whileAvailable(() =>
    db.select({ content: localModels.content }).from(localModels).where(eq(localModels.id, id)),
  );
  return row?.content ?? undefined;
}

export interface LearntModel {
  taxonomyVersion: number;
  /** Highest example number it learnt from, 0 for the taxonomy's own examples alone. */
  learntFrom: number;
  figures: unknown;
  content: Uint8Array;
}

/** Stores a local model, which puts it in force, and answers its number. */
export async function saveLocalModel(db: Db, model: LearntModel): Promise<number> {
  const [row] = await whileAvailable(() => db.insert(localModels).values(model).returning({ id: localModels.id }));
  if (row === undefined) throw new Error('a local model was not stored');
  return row.id;
}

/** The local model in force, without its bytes. */
export interface LastLearnt extends Pick<LearntModel, 'taxonomyVersion' | 'learntFrom'> {
  id: number;
  learntAt: Date;
}

/** What the local model in force learnt from, and when: undefined before the first was learnt. */
export async function lastLearnt(db: Db): Promise<LastLearnt | undefined> {
  const [row] = await whileAvailable(() =>
    db
      .select({
        id: localModels.id,
        taxonomyVersion: localModels.taxonomyVersion,
        learntFrom: localModels.learntFrom,
        learntAt: localModels.createdAt,
      })
      .from(localModels)
      .orderBy(desc(localModels.id))
      .limit(1),
  );
  return row;
}

/** One learner at a time in the fleet: runs the work, or skips it and answers false while another process learns. */
export async function learnAlone(db: Db, work: (tx: Db) => Promise<void>): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [row] = await tx.execute<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(7403172520) as mine`);
      if (row?.mine !== true) return false;
      await work(tx);
      return true;
    }),
  );
}
