import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { people } from './schema/people.ts';

/** What a password is checked against. */
export interface Credentials {
  personId: number;
  passwordHash: string;
  /** Nobody gets in before this moment, with whatever password. */
  lockedUntil: Date | null;
}

/** So many wrong passwords in a row are mistakes; each further one doubles the wait, from 15 seconds to 15 minutes. */
const FREE_TRIES = 5;
const FIRST_WAIT_SECONDS = 15;
const LONGEST_WAIT_SECONDS = 900;

/** What to check a sign-in against; undefined where nobody who may come in has this address. */
export async function findCredentials(db: Db, email: string): Promise<Credentials | undefined> {
  const [row] = await whileAvailable(() =>
    db
      .select({ personId: people.id, passwordHash: people.passwordHash, lockedUntil: people.lockedUntil })
      .from(people)
      .where(and(eq(people.email, email), isNull(people.disabledAt), isNotNull(people.passwordHash))),
  );
  if (row === undefined || row.passwordHash === null) return undefined;
  return { ...row, passwordHash: row.passwordHash };
}

/** Counts a wrong password, and locks the person for a while after several. */
export async function countFailedSignIn(db: Db, personId: number): Promise<void> {
  const waitSeconds = sql`least(${LONGEST_WAIT_SECONDS}, ${FIRST_WAIT_SECONDS} * 2 ^ (${people.failedSignIns} - ${FREE_TRIES}))`;
  await whileAvailable(() =>
    db
      .update(people)
      .set({
        failedSignIns: sql`least(${people.failedSignIns} + 1, 100)`,
        lockedUntil: sql`case when ${people.failedSignIns} >= ${FREE_TRIES}
          then now() + ${waitSeconds} * interval '1 second' end`,
      })
      .where(eq(people.id, personId)),
  );
}

/** Forgets wrong passwords after the right one. */
export async function forgetFailedSignIns(db: Db, personId: number): Promise<void> {
  await whileAvailable(() =>
    db.update(people).set({ failedSignIns: 0, lockedUntil: null }).where(eq(people.id, personId)),
  );
}
