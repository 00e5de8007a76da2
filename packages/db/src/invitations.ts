import type { Role } from '@usher/core/scope';
import { and, eq, gt, isNotNull, isNull, ne } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { type Person, personOf } from './people.ts';
import { people, sessions } from './schema/people.ts';
import { hashOfToken, makeToken } from './secret-token.ts';

/** Milliseconds in which an invitation can be taken. */
const VALID_MS = 7 * 86_400_000;

export interface NewPerson {
  email: string;
  roles: Role[];
  actor: string;
}

/** Invites somebody new; undefined where the address is known already. The token is answered this once. */
export async function invitePerson(
  db: Db,
  { email, roles, actor }: NewPerson,
): Promise<{ id: number; token: string } | undefined> {
  const { token, ...invitation } = makeInvitation();
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [row] = await tx
        .insert(people)
        .values({ email, roles, ...invitation })
        .onConflictDoNothing()
        .returning({ id: people.id });
      if (row === undefined) return undefined;
      await writeAudit(tx, { actor, verb: 'person.invite', subject: `person ${row.id}`, detail: { email, roles } });
      return { id: row.id, token };
    }),
  );
}

/**
 * Invites a known person again, which is also how a forgotten password is replaced: the old one holds until the token is
 * used. Undefined where there is no such person, or one who is shut out.
 */
export async function inviteAgain(
  db: Db,
  { id, actor }: { id: number; actor: string },
): Promise<{ id: number; token: string } | undefined> {
  const { token, ...invitation } = makeInvitation();
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [row] = await tx
        .update(people)
        .set(invitation)
        .where(and(eq(people.id, id), isNull(people.disabledAt)))
        .returning({ id: people.id });
      if (row === undefined) return undefined;
      await writeAudit(tx, { actor, verb: 'person.invite_again', subject: `person ${id}` });
      return { id, token };
    }),
  );
}

/** A token for the first administrator; null as soon as anybody has a password. An older one is useless from then on. */
export async function inviteFirst(db: Db, actor: string): Promise<string | null> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [anybody] = await tx.select({ id: people.id }).from(people).where(isNotNull(people.passwordHash)).limit(1);
      if (anybody !== undefined) return null;
      await tx.delete(people).where(and(isNull(people.email), isNull(people.passwordHash)));
      const { token, ...invitation } = makeInvitation();
      const [row] = await tx
        .insert(people)
        .values({ roles: ['admin'], ...invitation })
        .returning({ id: people.id });
      await writeAudit(tx, { actor, verb: 'person.invite_first', subject: `person ${row?.id}` });
      return token;
    }),
  );
}

export interface Arriving {
  token: string;
  email: string;
  name: string;
  passwordHash: string;
}

export type Arrived = { kind: 'arrived'; person: Person } | { kind: 'unknown' } | { kind: 'other_address' };

/**
 * Takes an invitation: the person is known by name and password from now on, and the token is worth nothing any more.
 * Unknown where it was used, ran out, or never was; the address must be the one that was invited.
 */
export async function takeInvitation(db: Db, { token, email, name, passwordHash }: Arriving): Promise<Arrived> {
  return whileAvailable(() =>
    db.transaction(async (tx): Promise<Arrived> => {
      const [invited] = await tx
        .select()
        .from(people)
        .where(
          and(
            eq(people.invitationHash, hashOfToken(token)),
            gt(people.invitationEndsAt, new Date()),
            isNull(people.disabledAt),
          ),
        )
        .for('update');
      if (invited === undefined) return { kind: 'unknown' };
      const { id } = invited;
      const [other] = await tx
        .select({ id: people.id })
        .from(people)
        .where(and(eq(people.email, email), ne(people.id, id)));
      if (other !== undefined || (invited.email ?? email) !== email) return { kind: 'other_address' };
      const known = { email, name, passwordHash };
      const used = { invitationHash: null, invitationEndsAt: null, failedSignIns: 0, lockedUntil: null };
      await tx
        .update(people)
        .set({ ...known, ...used })
        .where(eq(people.id, id));
      // Whoever knew the old password is out.
      await tx.delete(sessions).where(eq(sessions.personId, id));
      await writeAudit(tx, { actor: email, verb: 'person.arrive', subject: `person ${id}` });
      return { kind: 'arrived', person: personOf({ ...invited, ...known }) };
    }),
  );
}

function makeInvitation() {
  const token = makeToken();
  return { token, invitationHash: hashOfToken(token), invitationEndsAt: new Date(Date.now() + VALID_MS) };
}
