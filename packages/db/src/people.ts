import { Role } from '@usher/core/scope';
import { asc, eq } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { people, sessions } from './schema/people.ts';

const ROLES = Role.array();

/** Someone who signs in, or is invited to. */
export interface Person {
  id: number;
  email: string | null;
  name: string | null;
  roles: Role[];
  /** `invited` until they chose a password. */
  state: 'invited' | 'active' | 'disabled';
  createdAt: Date;
}

/** Everybody, in the order in which they were invited. */
export async function listPeople(db: Db): Promise<Person[]> {
  const rows = await whileAvailable(() => db.select().from(people).orderBy(asc(people.id)));
  return rows.map(personOf);
}

/** The person with this number, or this address. */
export async function findPerson(db: Db, by: { id: number } | { email: string }): Promise<Person | undefined> {
  const condition = 'id' in by ? eq(people.id, by.id) : eq(people.email, by.email);
  const [row] = await whileAvailable(() => db.select().from(people).where(condition));
  return row && personOf(row);
}

export interface ChangeOfPerson {
  id: number;
  roles?: Role[] | undefined;
  disabled?: boolean | undefined;
  actor: string;
}

export type ChangedPerson = { kind: 'changed'; person: Person } | { kind: 'unknown' } | { kind: 'last_admin' };

/**
 * Changes roles, or shuts somebody out or in again; whoever is shut out is signed out everywhere. The last administrator
 * stays one.
 */
export async function changePerson(db: Db, change: ChangeOfPerson): Promise<ChangedPerson> {
  return whileAvailable(() => db.transaction((tx) => changeInside(tx, change)));
}

async function changeInside(tx: Db, { id, roles, disabled, actor }: ChangeOfPerson): Promise<ChangedPerson> {
  // All of them, so that two administrators who shut each other out wait for one another.
  const locked = await tx.select().from(people).orderBy(people.id).for('update');
  const before = locked.find((row) => row.id === id);
  if (before === undefined) return { kind: 'unknown' };
  const disabledAt = disabled === undefined ? before.disabledAt : disabled ? (before.disabledAt ?? new Date()) : null;
  const after = { ...before, roles: roles ?? before.roles, disabledAt };
  if (isWorkingAdmin(before) && ![...locked.filter((row) => row.id !== id), after].some(isWorkingAdmin)) {
    return { kind: 'last_admin' };
  }
  await tx.update(people).set({ roles: after.roles, disabledAt }).where(eq(people.id, id));
  if (disabledAt !== null) await tx.delete(sessions).where(eq(sessions.personId, id));
  await writeAudit(tx, { actor, verb: 'person.change', subject: `person ${id}`, detail: { roles, disabled } });
  return { kind: 'changed', person: personOf(after) };
}

type Row = typeof people.$inferSelect;

function isWorkingAdmin({ roles, passwordHash, disabledAt }: Row): boolean {
  return roles.includes('admin') && passwordHash !== null && disabledAt === null;
}

/** A row as others see it, without anything secret. */
export function personOf({ id, email, name, roles, passwordHash, disabledAt, createdAt }: Row): Person {
  const state = disabledAt !== null ? 'disabled' : passwordHash === null ? 'invited' : 'active';
  return { id, email, name, roles: ROLES.parse(roles), state, createdAt };
}
