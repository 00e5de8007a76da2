import type { Role } from '@usher/core/scope';
import { invitePerson, takeInvitation } from '@usher/db/invitations';
import { openSession } from '@usher/db/sessions';
import type { ApiUnderTest } from './api-under-test.ts';

/** Invites somebody with one role and signs them in; answers the headers of a browser that is theirs. */
export async function sessionOf(
  { db }: ApiUnderTest,
  role: Role,
  email = `${role}@example.com`,
): Promise<{ Cookie: string; 'Sec-Fetch-Site': string }> {
  const invited = await invitePerson(db, { email, roles: [role], actor: 'test' });
  await takeInvitation(db, { token: invited?.token ?? '', email, name: role, passwordHash: 'none' });
  const times = { idleMs: 3_600_000, mostMs: 3_600_000 };
  const token = await openSession(db, { personId: invited?.id ?? 0, actor: email, ...times });
  return { Cookie: `__Host-usher=${token}`, 'Sec-Fetch-Site': 'same-origin' };
}
