import { DEFAULT_RISK, type PromiseEvidence, type StandingPromise } from '@usher/core/evaluation/standing-promise';
import { DEFAULT_THRESHOLD, type Thresholds } from '@usher/core/release';
import { asc, eq, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { promises } from './schema/learning.ts';

/** Stands for all categories that have no promise of their own. */
export const ALL_CATEGORIES = '';

/** A promise as it stands. */
export interface StoredPromise extends StandingPromise {
  /** Null for all categories that have none of their own. */
  category: string | null;
  evidence: PromiseEvidence | null;
  setBy: string;
  changedAt: Date | null;
  checkedAt: Date | null;
}

const DEFAULT_PROMISE: StoredPromise = {
  category: null,
  risk: DEFAULT_RISK,
  state: 'not_offered',
  threshold: null,
  evidence: null,
  setBy: 'default',
  changedAt: null,
  checkedAt: null,
};

/** Every promise, that for all categories first, which always exists. */
export async function listPromises(db: Db): Promise<[StoredPromise, ...StoredPromise[]]> {
  const rows = await whileAvailable(() => db.select().from(promises).orderBy(asc(promises.category)));
  const own = rows.filter(({ category }) => category !== ALL_CATEGORIES);
  const all = rows.find(({ category }) => category === ALL_CATEGORIES);
  return [all === undefined ? DEFAULT_PROMISE : { ...all, category: null }, ...own];
}

/** From which confidence on decisions are automated now. */
export async function currentThresholds(db: Db): Promise<Thresholds> {
  const [all, ...own] = await listPromises(db);
  const entries = own.flatMap(({ category, ...promise }) =>
    category === null ? [] : [[category, thresholdFor(promise)] as const],
  );
  return { all: thresholdFor(all), byCategory: Object.fromEntries(entries) };
}

function thresholdFor({ state, threshold }: StandingPromise): number | null {
  if (state === 'withdrawn') return null;
  return state === 'offered' && threshold !== null ? threshold : DEFAULT_THRESHOLD;
}

/** Sets the share that may be wrong among the automated; how the promise stands is found out at the next check. */
export async function setPromise(
  db: Db,
  { category, risk, actor }: { category: string | null; risk: number; actor: string },
): Promise<void> {
  const row = {
    category: category ?? ALL_CATEGORIES,
    risk,
    state: 'not_offered',
    threshold: null,
    setBy: actor,
  } as const;
  await whileAvailable(() =>
    db.transaction(async (tx) => {
      const changed = { ...row, evidence: null, changedAt: new Date(), checkedAt: null };
      await tx.insert(promises).values(changed).onConflictDoUpdate({ target: promises.category, set: changed });
      await writeAudit(tx, { actor, verb: 'promise.set', subject: subjectOf(category), detail: { risk } });
    }),
  );
}

/** Takes a category's own promise away, so that the one for all holds; false if it has none. */
export async function dropPromise(db: Db, { category, actor }: { category: string; actor: string }): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [dropped] = await tx
        .delete(promises)
        .where(eq(promises.category, category))
        .returning({ category: promises.category });
      if (dropped === undefined) return false;
      await writeAudit(tx, { actor, verb: 'promise.drop', subject: subjectOf(category) });
      return true;
    }),
  );
}

/** Writes down how a promise stands, unless somebody changed it since it was read; answers whether its state changed. */
export async function recordPromise(
  db: Db,
  before: StoredPromise,
  after: Pick<StandingPromise, 'state' | 'threshold'> & { evidence: PromiseEvidence },
): Promise<boolean> {
  const { category, risk, setBy } = before;
  const now = new Date();
  const isChanged = before.state !== after.state;
  const changedAt = isChanged || before.changedAt === null ? now : before.changedAt;
  const row = { category: category ?? ALL_CATEGORIES, risk, setBy, ...after, changedAt, checkedAt: now };
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [stored] = await tx
        .insert(promises)
        .values(row)
        .onConflictDoUpdate({
          target: promises.category,
          set: row,
          setWhere: sql`${promises.risk} = ${risk}::real and ${promises.state} = ${before.state}`,
        })
        .returning({ category: promises.category });
      if (stored === undefined || !isChanged) return false;
      const detail = { from: before.state, threshold: after.threshold };
      await writeAudit(tx, { actor: 'usher', verb: `promise.${after.state}`, subject: subjectOf(category), detail });
      return true;
    }),
  );
}

function subjectOf(category: string | null): string {
  return category === null ? 'promise for all categories' : `promise for ${category}`;
}
