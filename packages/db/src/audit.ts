import type { Db } from './connect.ts';
import { audit } from './schema/operations.ts';

/** Writes down who did what, inside the caller's transaction. */
export async function writeAudit(
  db: Db,
  fact: { actor: string; verb: string; subject: string; detail?: Record<string, unknown> },
): Promise<void> {
  await db.insert(audit).values({ ...fact, detail: fact.detail ?? {} });
}
