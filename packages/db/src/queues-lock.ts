import { eq, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { sessions } from './schema/people.ts';

/** Allows a session to change queues from now on for so many milliseconds. Answers until when; null where it has just ended. */
export async function unlockQueues(
  db: Db,
  { sessionId, actor, forMs }: { sessionId: number; actor: string; forMs: number },
): Promise<Date | null> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [row] = await tx
        .update(sessions)
        .set({ queuesUnlockedUntil: sql`now() + ${forMs} * interval '1 millisecond'` })
        .where(eq(sessions.id, sessionId))
        .returning({ until: sessions.queuesUnlockedUntil });
      if (row === undefined) return null;
      await writeAudit(tx, { actor, verb: 'queues.unlock', subject: `session ${sessionId}`, detail: { forMs } });
      return row.until;
    }),
  );
}

/** Takes that back. */
export async function lockQueues(db: Db, { sessionId, actor }: { sessionId: number; actor: string }): Promise<void> {
  await whileAvailable(() =>
    db.transaction(async (tx) => {
      await tx.update(sessions).set({ queuesUnlockedUntil: null }).where(eq(sessions.id, sessionId));
      await writeAudit(tx, { actor, verb: 'queues.lock', subject: `session ${sessionId}` });
    }),
  );
}
