import type { Role } from '@usher/core/scope';
import { index, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';

/** People who sign in. One without a password was invited and has not come yet. */
export const people = pgTable('people', {
  id: ownId(),
  /** Null until the first administrator, who is invited without one, says it. */
  email: text('email').unique(),
  name: text('name'),
  roles: text('roles').array().$type<Role[]>().notNull(),
  passwordHash: text('password_hash'),
  invitationHash: text('invitation_hash').unique(),
  invitationEndsAt: moment('invitation_ends_at'),
  failedSignIns: smallint('failed_sign_ins').notNull().default(0),
  lockedUntil: moment('locked_until'),
  createdAt: moment('created_at').notNull().defaultNow(),
  disabledAt: moment('disabled_at'),
});

/** Who is signed in; only a hash of the cookie is kept. */
export const sessions = pgTable(
  'sessions',
  {
    id: ownId(),
    personId: idOf('person_id')
      .notNull()
      .references(() => people.id),
    tokenHash: text('token_hash').notNull().unique(),
    createdAt: moment('created_at').notNull().defaultNow(),
    seenAt: moment('seen_at').notNull().defaultNow(),
    endsAt: moment('ends_at').notNull(),
    /** Until when Bull Board may change queues in this session; null unless somebody said so. */
    queuesUnlockedUntil: moment('queues_unlocked_until'),
  },
  (table) => [index('sessions_by_person').on(table.personId)],
);
