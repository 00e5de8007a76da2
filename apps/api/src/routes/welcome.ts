import { createRoute } from '@hono/zod-openapi';
import { Welcome } from '@usher/core/person';
import { takeInvitation } from '@usher/db/invitations';
import type { Deps } from '../deps.ts';
import { hashPassword } from '../password.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { requireSameOrigin } from '../same-origin.ts';
import { anybodyProblems, MAX_BYTES, Session, signIn } from '../sign-in.ts';
import { body, json, problem } from './answers.ts';
import type { Api } from './api.ts';

export const postWelcome = createRoute({
  method: 'post',
  path: '/v1/welcome',
  operationId: 'takeInvitation',
  tags: ['People'],
  summary: 'Take an invitation: choose a password and sign in',
  request: { body: body('Welcome') },
  responses: {
    200: json('Signed in.', Session),
    ...anybodyProblems,
    404: problem('There is no such invitation, or it was used or ran out.'),
    409: problem('The invitation is for another address, or the address is known already.'),
  },
});

/** Adds the route on which invited people choose a password. */
export function addWelcome(api: Api, deps: Deps): void {
  const { database } = deps;
  api.openapi({ ...postWelcome, middleware: limitBody(MAX_BYTES) }, async (c) => {
    requireSameOrigin(c);
    const { token, email, name, password } = await readBody(c, Welcome);
    const passwordHash = await hashPassword(password);
    const arrived = await database.quick((db) => takeInvitation(db, { token, email, name, passwordHash }));
    if (arrived.kind === 'unknown') throw noInvitation();
    if (arrived.kind === 'other_address') throw otherAddress(email);
    return c.json(await signIn(c, { personId: arrived.person.id, email }, deps), 200);
  });
}

function noInvitation(): Problem {
  const detail = 'This invitation was used, ran out, or never was. Ask an administrator for a new one.';
  return new Problem({ status: 404, code: 'unknown_invitation', detail });
}

function otherAddress(email: string): Problem {
  const detail = `This invitation is not for ${email}. Use the address to which it was sent.`;
  return new Problem({ status: 409, code: 'other_address', detail });
}
