import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { audit } from './schema/operations.ts';

/** Writes down who did what, inside the caller's transaction. */
export async function writeAudit(
  db: Db,
  fact: { actor: string; verb: string; subject: string; detail?: Record<string, unknown> },
): Promise<void> {
  await db.insert(audit).values({ ...fact, detail: fact.detail ?? {} });
}

/** Somebody did something. */
export type AuditFact = typeof audit.$inferSelect;

export interface AuditFilter {
  actor?: string | undefined;
  verb?: string | undefined;
  /** Only facts with a smaller number: where the page before ended. */
  beforeId?: number | undefined;
  limit: number;
}

/** Who did what, newest first. */
export async function listAudit(db: Db, { actor, verb, beforeId, limit }: AuditFilter): Promise<AuditFact[]> {
  const isWanted = and(
    actor === undefined ? undefined : eq(audit.actor, actor),
    verb === undefined ? undefined : eq(audit.verb, verb),
    beforeId === undefined ? undefined : lt(audit.id, beforeId),
  );
  return whileAvailable(() => db.select().from(audit).where(isWanted).orderBy(desc(audit.id)).limit(limit));
}
