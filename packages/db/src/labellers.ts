import type { LabellerFigures } from '@usher/core/labellers';
import { desc, eq, isNotNull, max, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { labellers } from './schema/learning.ts';

/** Somebody whose labels contradict everybody else's, with what says so. */
export interface FlaggedLabeller {
  name: string;
  flaggedAt: Date;
  figures: LabellerFigures | null;
  /** When an admin said that they are right; null while they are not followed. */
  clearedAt: Date | null;
  clearedBy: string | null;
}

/** Flags labellers who are not flagged yet and whom nobody cleared; answers the names that are new. */
export async function flagLabellers(db: Db, suspects: ReadonlyMap<string, LabellerFigures>): Promise<string[]> {
  if (suspects.size === 0) return [];
  const flaggedAt = new Date();
  const rows = [...suspects].map(([name, figures]) => ({ name, figures, flaggedAt }));
  const flagged = await whileAvailable(() =>
    db
      .insert(labellers)
      .values(rows)
      .onConflictDoUpdate({
        target: labellers.name,
        set: { flaggedAt, figures: sql`excluded.figures` },
        setWhere: sql`${labellers.flaggedAt} is null`,
      })
      .returning({ name: labellers.name }),
  );
  return flagged.map(({ name }) => name);
}

/** Who was ever flagged, newest first. */
export async function listFlaggedLabellers(db: Db): Promise<FlaggedLabeller[]> {
  const rows = await whileAvailable(() =>
    db.select().from(labellers).where(isNotNull(labellers.flaggedAt)).orderBy(desc(labellers.flaggedAt)),
  );
  return rows.flatMap(({ flaggedAt, ...row }) => (flaggedAt === null ? [] : [{ ...row, flaggedAt }]));
}

/** An admin says that a flagged labeller is right: their labels count again, and they are not flagged any more. False if there is none. */
export async function clearLabeller(db: Db, { name, actor }: { name: string; actor: string }): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [cleared] = await tx
        .update(labellers)
        .set({ clearedAt: new Date(), clearedBy: actor })
        .where(eq(labellers.name, name))
        .returning({ name: labellers.name });
      if (cleared === undefined) return false;
      await writeAudit(tx, { actor, verb: 'labeller.clear', subject: `labeller ${name}` });
      return true;
    }),
  );
}

/** When a labeller was cleared last, null before the first time. */
export async function labellerClearedAt(db: Db): Promise<Date | null> {
  const [row] = await whileAvailable(() => db.select({ newest: max(labellers.clearedAt) }).from(labellers));
  return row?.newest ?? null;
}
