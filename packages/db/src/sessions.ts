import { Role } from '@usher/core/scope';
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { people, sessions } from './schema/people.ts';
import { hashOfToken, makeToken } from './secret-token.ts';

const ROLES = Role.array();

/** Who a session belongs to. */
export interface SignedIn {
  sessionId: number;
  personId: number;
  email: string;
  name: string;
  roles: Role[];
  /** Until when this session may change queues; null if it may not. */
  queuesUnlockedUntil: Date | null;
}

/** How long a session holds without a request, and at the most, in milliseconds. */
export interface SessionTimes {
  idleMs: number;
  mostMs: number;
}

/** How old the note of the last request may be: one write a minute, not one a request. */
const SEEN_EVERY_MS = 60_000;

/** The database's clock, moved: several processes ask, and theirs may differ. */
const nowPlus = (ms: number) => sql`now() + ${ms} * interval '1 millisecond'`;

/** Signs a person in and answers the token for the cookie; sessions that ran out are removed on the way. */
export async function openSession(
  db: Db,
  { personId, actor, idleMs, mostMs }: { personId: number; actor: string } & SessionTimes,
): Promise<string> {
  const token = makeToken();
  await whileAvailable(() =>
    db.transaction(async (tx) => {
      await tx.delete(sessions).where(or(lte(sessions.endsAt, nowPlus(0)), lte(sessions.seenAt, nowPlus(-idleMs))));
      await tx.insert(sessions).values({ personId, tokenHash: hashOfToken(token), endsAt: nowPlus(mostMs) });
      await writeAudit(tx, { actor, verb: 'session.open', subject: `person ${personId}` });
    }),
  );
  return token;
}

/**
 * Who is signed in with this token; undefined where the session ran out, was ended, or its person is shut out. Without `isUse` this
 * does not keep the session from running out.
 */
export async function findSession(
  db: Db,
  { token, idleMs, isUse }: { token: string; idleMs: number; isUse: boolean },
): Promise<SignedIn | undefined> {
  return whileAvailable(async () => {
    const [row] = await db
      .select({
        session: sessions,
        isNoteOld: sql<boolean>`${sessions.seenAt} < ${nowPlus(-SEEN_EVERY_MS)}`,
        isUnlocked: sql<boolean>`coalesce(${sessions.queuesUnlockedUntil} > now(), false)`,
        email: people.email,
        name: people.name,
        roles: people.roles,
      })
      .from(sessions)
      .innerJoin(people, eq(people.id, sessions.personId))
      .where(
        and(
          eq(sessions.tokenHash, hashOfToken(token)),
          gt(sessions.endsAt, nowPlus(0)),
          gt(sessions.seenAt, nowPlus(-idleMs)),
          isNull(people.disabledAt),
        ),
      );
    if (row === undefined) return undefined;
    const { id: sessionId, personId } = row.session;
    const queuesUnlockedUntil = row.isUnlocked ? row.session.queuesUnlockedUntil : null;
    if (row.isNoteOld && isUse)
      await db
        .update(sessions)
        .set({ seenAt: nowPlus(0) })
        .where(eq(sessions.id, sessionId));
    const { email, name } = row;
    const roles = ROLES.parse(row.roles);
    return { sessionId, personId, email: email ?? '', name: name ?? '', roles, queuesUnlockedUntil };
  });
}

/** Signs out: this session, or with `everywhere` all of the person's. */
export async function endSession(
  db: Db,
  { sessionId, personId, everywhere }: { sessionId: number; personId: number; everywhere: boolean },
): Promise<void> {
  await whileAvailable(() =>
    db.delete(sessions).where(everywhere ? eq(sessions.personId, personId) : eq(sessions.id, sessionId)),
  );
}
