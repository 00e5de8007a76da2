import { createRoute, type z } from '@hono/zod-openapi';
import { SignIn } from '@usher/core/person';
import { Role } from '@usher/core/scope';
import { endSession } from '@usher/db/sessions';
import { countFailedSignIn, findCredentials, forgetFailedSignIns } from '@usher/db/sign-in';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import { guard, type Guarded, needs } from '../guard.ts';
import { isPassword } from '../password.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { requireSameOrigin } from '../same-origin.ts';
import { clearSessionCookie } from '../session-cookie.ts';
import { anybodyProblems, MAX_BYTES, Session, signIn } from '../sign-in.ts';
import { awayProblem, body, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

export const postSession = createRoute({
  method: 'post',
  path: '/v1/session',
  operationId: 'signIn',
  tags: ['People'],
  summary: 'Sign in; the answer sets a cookie',
  request: { body: body('SignIn') },
  responses: { 200: json('Signed in.', Session), ...anybodyProblems, 401: problem('Address and password do not fit.') },
});

const everybody = needs('agent', 'ops');

export const getSession = createRoute({
  method: 'get',
  path: '/v1/session',
  operationId: 'readSession',
  tags: ['People'],
  summary: 'Who is signed in',
  security: everybody,
  responses: { 200: json('Who is signed in; a key has no address.', Session), ...keyProblems, ...awayProblem },
});

export const deleteSession = createRoute({
  method: 'delete',
  path: '/v1/session',
  operationId: 'signOut',
  tags: ['People'],
  summary: 'Sign out here',
  security: everybody,
  responses: { 204: { description: 'Signed out.' }, ...keyProblems, ...awayProblem },
});

export const deleteSessions = createRoute({
  method: 'delete',
  path: '/v1/sessions',
  operationId: 'signOutEverywhere',
  tags: ['People'],
  summary: 'Sign out on every device',
  security: everybody,
  responses: { 204: { description: 'Signed out everywhere.' }, ...keyProblems, ...awayProblem },
});

/** Adds the routes by which people come in and leave. */
export function addSession(api: Api, deps: Deps): void {
  const { authenticate } = deps;
  const open = [limitBody(MAX_BYTES)];
  api.openapi({ ...postSession, middleware: open }, async (c) => {
    requireSameOrigin(c);
    const { email, password } = await readBody(c, SignIn);
    const personId = await checkPassword({ email, password }, deps);
    return c.json(await signIn(c, { personId, email }, deps), 200);
  });

  const middleware = guard(authenticate, everybody);
  api.openapi({ ...getSession, middleware }, (c) => {
    const { signedIn, actor, scopes } = c.var.grant;
    const roles = Role.array().parse(scopes.filter((scope) => scope !== 'intake'));
    return c.json({ email: signedIn?.email ?? '', name: signedIn?.name ?? actor, roles }, 200);
  });
  api.openapi({ ...deleteSession, middleware }, (c) => leave(c, deps, { everywhere: false }));
  api.openapi({ ...deleteSessions, middleware }, (c) => leave(c, deps, { everywhere: true }));
}

async function checkPassword({ email, password }: z.infer<typeof SignIn>, { database, events }: Deps): Promise<number> {
  const known = await database.quick((db) => findCredentials(db, email));
  const leftMs = (known?.lockedUntil?.getTime() ?? 0) - Date.now();
  if (leftMs > 0) throw lockedFor(Math.ceil(leftMs / 1_000));
  const isRight = await isPassword(password, known?.passwordHash);
  if (known !== undefined && isRight) {
    await database.quick((db) => forgetFailedSignIns(db, known.personId));
    return known.personId;
  }
  if (known !== undefined) await database.quick((db) => countFailedSignIn(db, known.personId));
  events.signInFailed();
  throw new Problem({ status: 401, code: 'sign_in_failed', detail: 'The address or the password is wrong.' });
}

async function leave(c: Context<Guarded>, { database }: Deps, { everywhere }: { everywhere: boolean }) {
  const { signedIn } = c.var.grant;
  if (signedIn !== null) await database.quick((db) => endSession(db, { ...signedIn, everywhere }));
  clearSessionCookie(c);
  return c.body(null, 204);
}

function lockedFor(seconds: number): Problem {
  return new Problem({
    status: 429,
    code: 'sign_in_locked',
    detail: `There were too many wrong passwords. Try again in ${seconds} seconds, or ask an administrator for a new invitation.`,
    headers: { 'Retry-After': String(seconds) },
  });
}
