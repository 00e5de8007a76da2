import { and, desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { backfills } from '../schema/backfills.ts';
import { sources } from '../schema/sources.ts';

export type Backfill = typeof backfills.$inferSelect;
export type NewBackfill = Pick<Backfill, 'sourceId' | 'file' | 'fingerprint' | 'options' | 'isShadow' | 'priority'>;

/** Begins a backfill. */
export async function startBackfill(db: Db, given: NewBackfill): Promise<Backfill> {
  const [made] = await whileAvailable(() => db.insert(backfills).values(given).returning());
  if (made === undefined) throw new Error('a backfill was not stored');
  return made;
}

/** The newest backfill of this file into this source that was not cancelled. */
export async function findBackfillOf(
  db: Db,
  { sourceId, fingerprint }: Pick<Backfill, 'sourceId' | 'fingerprint'>,
): Promise<Backfill | undefined> {
  const isIt = and(eq(backfills.sourceId, sourceId), eq(backfills.fingerprint, fingerprint));
  const [found] = await whileAvailable(() =>
    db.select().from(backfills).where(isIt).orderBy(desc(backfills.id)).limit(1),
  );
  return found?.state === 'cancelled' ? undefined : found;
}

/** The backfill of this number. */
export async function findBackfill(db: Db, id: number): Promise<Backfill | undefined> {
  const [found] = await whileAvailable(() => db.select().from(backfills).where(eq(backfills.id, id)));
  return found;
}

/** Every backfill with the name of its source, newest first. */
export async function listBackfills(db: Db): Promise<(Backfill & { source: string })[]> {
  const rows = await whileAvailable(() =>
    db
      .select({ backfill: backfills, source: sources.name })
      .from(backfills)
      .innerJoin(sources, eq(sources.id, backfills.sourceId))
      .orderBy(desc(backfills.id)),
  );
  return rows.map(({ backfill, source }) => ({ ...backfill, source }));
}

/** How many tickets of a backfill wait for a decision; read from indexes alone. */
export async function countWaiting(db: Db, backfillId: number): Promise<number> {
  const [row] = await whileAvailable(() =>
    db.execute<{ waiting: number }>(sql`
      select ((select count(*) from tickets
              where state = 'received' and batch is null and lane = 'bulk' and backfill_id = ${backfillId})
           + (select count(*) from tickets
              where state = 'received' and batch = 'awaiting' and backfill_id = ${backfillId}))::float8 as waiting`),
  );
  return row?.waiting ?? 0;
}

/** Holds a backfill, or lets it go on: it is then neither read on nor given to the workers. False if there is none. */
export async function holdBackfill(db: Db, id: number, isHeld: boolean): Promise<boolean> {
  const changed = await whileAvailable(() =>
    db
      .update(backfills)
      .set({ isHeld, changedAt: new Date() })
      .where(eq(backfills.id, id))
      .returning({ id: backfills.id }),
  );
  return changed.length > 0;
}

/** Says that all rows of a backfill were read. */
export async function endBackfill(db: Db, id: number): Promise<void> {
  await whileAvailable(() =>
    db
      .update(backfills)
      .set({ state: 'imported', changedAt: new Date() })
      .where(and(eq(backfills.id, id), eq(backfills.state, 'importing'))),
  );
}
