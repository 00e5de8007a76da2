import { StoredHeldOut } from '@usher/core/evaluation/model-gate';
import { and, desc, eq, or, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { localModels, type LocalModelState } from './schema/taxonomies.ts';

/** Newest versions whose bytes are kept, so that one of them can be put in force again; older ones are kept as figures only. */
export const KEPT_VERSIONS = 20;

const facts = {
  id: localModels.id,
  taxonomyVersion: localModels.taxonomyVersion,
  learntFrom: localModels.learntFrom,
  examples: localModels.examples,
  state: localModels.state,
  reason: localModels.reason,
  isPinned: localModels.isPinned,
  figures: localModels.figures,
  isKept: sql<boolean>`${localModels.content} is not null`,
  learntAt: localModels.createdAt,
};

/** A version of the local model, without its bytes. */
export interface ModelVersion {
  id: number;
  taxonomyVersion: number;
  /** Highest example number it learnt from, 0 for the taxonomy's own examples alone. */
  learntFrom: number;
  /** How many labelled examples it learnt from. */
  examples: number;
  state: LocalModelState;
  /** Why it was refused or taken back. */
  reason: string | null;
  isPinned: boolean;
  figures: unknown;
  /** Whether its bytes are still there. */
  isKept: boolean;
  learntAt: Date;
}

/** Number of the local model in force for a taxonomy, null while there is none. Cheap enough to ask often. */
export async function modelInForce(db: Db, taxonomyVersion: number): Promise<number | null> {
  const [row] = await whileAvailable(() =>
    db
      .select({ id: localModels.id })
      .from(localModels)
      .where(
        and(
          eq(localModels.taxonomyVersion, taxonomyVersion),
          or(eq(localModels.state, 'accepted'), localModels.isPinned),
        ),
      )
      .orderBy(desc(localModels.isPinned), desc(localModels.id))
      .limit(1),
  );
  return row?.id ?? null;
}

/** Number of the newest local model of any taxonomy, null before the first was learnt. */
export async function currentLocalModel(db: Db): Promise<number | null> {
  return (await lastLearnt(db))?.id ?? null;
}

/** The bytes of a local model; undefined if there is none or they were pruned. */
export async function loadLocalModel(db: Db, id: number): Promise<Uint8Array | undefined> {
  const [row] = await whileAvailable(() =>
    db.select({ content: localModels.content }).from(localModels).where(eq(localModels.id, id)),
  );
  return row?.content ?? undefined;
}

/** What became of the texts that were held out of a model's training. */
export async function loadHeldOut(db: Db, id: number): Promise<StoredHeldOut> {
  const [row] = await whileAvailable(() =>
    db.select({ heldOut: localModels.heldOut }).from(localModels).where(eq(localModels.id, id)),
  );
  return StoredHeldOut.parse(row?.heldOut ?? []);
}

export interface LearntModel {
  taxonomyVersion: number;
  /** Highest example number it learnt from, 0 for the taxonomy's own examples alone. */
  learntFrom: number;
  examples?: number;
  /** Accepted unless said. */
  state?: LocalModelState;
  reason?: string | null;
  figures: unknown;
  heldOut?: StoredHeldOut;
  content: Uint8Array;
}

/** Stores a local model, which puts it in force where it was accepted and none is pinned; prunes old ones. Answers its number. */
export async function saveLocalModel(db: Db, model: LearntModel): Promise<number> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [row] = await tx.insert(localModels).values(model).returning({ id: localModels.id });
      if (row === undefined) throw new Error('a local model was not stored');
      await prune(tx);
      return row.id;
    }),
  );
}

/** Takes the bytes of all but the newest versions, the pinned one and, of each state, the newest of a taxonomy. */
async function prune(tx: Db): Promise<void> {
  await tx.execute(sql`
    update local_models set content = null, held_out = '[]'
    where content is not null and not is_pinned
      and id not in (select id from local_models where content is not null order by id desc limit ${KEPT_VERSIONS})
      and id not in (select max(id) from local_models where state = 'accepted' group by taxonomy_version)`);
}

/** What the newest local model learnt from, and when, whatever became of it: undefined before the first was learnt. */
export async function lastLearnt(db: Db): Promise<ModelVersion | undefined> {
  const [row] = await listModels(db, { limit: 1 });
  return row;
}

/** Versions of the local model, newest first. */
export async function listModels(db: Db, { limit }: { limit: number }): Promise<ModelVersion[]> {
  return whileAvailable(() => db.select(facts).from(localModels).orderBy(desc(localModels.id)).limit(limit));
}

/** One version of the local model, or undefined. */
export async function findModel(db: Db, id: number): Promise<ModelVersion | undefined> {
  const [row] = await whileAvailable(() => db.select(facts).from(localModels).where(eq(localModels.id, id)));
  return row;
}

/** What a change of the version in force came to, or why there was none. */
export type ModelChange =
  | { kind: 'changed'; inForce: number }
  | { kind: 'unknown' | 'pruned' | 'other_taxonomy' | 'no_other' };

interface ChangeBy {
  taxonomyVersion: number;
  actor: string;
}

/**
 * Takes the version in force back: the accepted one before it is in force from now on, and newer ones only once learning again has
 * passed the gate against it. Ends a pin.
 */
export async function rollBackModel(db: Db, { taxonomyVersion, actor }: ChangeBy): Promise<ModelChange> {
  return changeModels(db, async (tx) => {
    const current = await modelInForce(tx, taxonomyVersion);
    if (current === null) return { kind: 'no_other' };
    const [before] = await tx
      .select({ id: localModels.id })
      .from(localModels)
      .where(
        sql`${localModels.taxonomyVersion} = ${taxonomyVersion} and ${localModels.state} = 'accepted'
          and ${localModels.content} is not null and ${localModels.id} < ${current}`,
      )
      .orderBy(desc(localModels.id))
      .limit(1);
    if (before === undefined) return { kind: 'no_other' };
    await tx.update(localModels).set({ isPinned: false });
    await tx
      .update(localModels)
      .set({ state: 'rolled_back', reason: `taken back by ${actor}` })
      .where(
        sql`${localModels.taxonomyVersion} = ${taxonomyVersion} and ${localModels.state} = 'accepted'
          and ${localModels.id} > ${before.id}`,
      );
    await writeAudit(tx, { actor, verb: 'model.roll_back', subject: `local model ${current}` });
    return { kind: 'changed', inForce: before.id };
  });
}

/** Puts a version in force, whatever its figures, until the pin is ended. */
export async function pinModel(db: Db, id: number, { taxonomyVersion, actor }: ChangeBy): Promise<ModelChange> {
  return changeModels(db, async (tx) => {
    const model = await findModel(tx, id);
    if (model === undefined) return { kind: 'unknown' };
    if (!model.isKept) return { kind: 'pruned' };
    if (model.taxonomyVersion !== taxonomyVersion) return { kind: 'other_taxonomy' };
    await tx.update(localModels).set({ isPinned: false }).where(eq(localModels.isPinned, true));
    await tx.update(localModels).set({ isPinned: true }).where(eq(localModels.id, id));
    await writeAudit(tx, { actor, verb: 'model.pin', subject: `local model ${id}` });
    return { kind: 'changed', inForce: id };
  });
}

/** Ends a pin: the newest accepted version is in force again. */
export async function unpinModel(db: Db, { taxonomyVersion, actor }: ChangeBy): Promise<ModelChange> {
  return changeModels(db, async (tx) => {
    await tx.update(localModels).set({ isPinned: false }).where(eq(localModels.isPinned, true));
    const inForce = await modelInForce(tx, taxonomyVersion);
    if (inForce === null) return { kind: 'no_other' };
    await writeAudit(tx, { actor, verb: 'model.unpin', subject: `local model ${inForce}` });
    return { kind: 'changed', inForce };
  });
}

/** Changes of the version in force take turns. */
async function changeModels(db: Db, change: (tx: Db) => Promise<ModelChange>): Promise<ModelChange> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      await tx.execute(sql`lock table ${localModels} in share row exclusive mode`);
      return change(tx);
    }),
  );
}
