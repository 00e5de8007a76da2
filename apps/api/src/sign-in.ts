import { z } from '@hono/zod-openapi';
import { Role } from '@usher/core/scope';
import { openSession } from '@usher/db/sessions';
import type { Context } from 'hono';
import type { Deps } from './deps.ts';
import { awayProblem, bodyProblems, invalidProblem, problem } from './routes/answers.ts';
import { writeSessionCookie } from './session-cookie.ts';

/** An address, a name and a password need no more. */
export const MAX_BYTES = 4_096;

/** Who is signed in. */
export const Session = z.object({ email: z.string(), name: z.string(), roles: z.array(Role) }).openapi('Session');

/** What a route that anybody may ask can answer. */
export const anybodyProblems = {
  ...bodyProblems,
  403: problem('Another site made the browser send this.'),
  ...invalidProblem,
  429: problem('Too many wrong passwords, or too many people at once; try again after `Retry-After` seconds.'),
  ...awayProblem,
};

/** Opens a session for a person and hands its cookie to the browser. */
export async function signIn(
  c: Context,
  { personId, email }: { personId: number; email: string },
  { authenticate, database, sessionTimes }: Deps,
): Promise<z.infer<typeof Session>> {
  const token = await database.quick((db) => openSession(db, { personId, actor: email, ...sessionTimes }));
  const grant = await authenticate.bySession(token);
  if (grant?.signedIn == null) throw new Error('a session ended the moment it began');
  writeSessionCookie(c, token);
  const { name, roles } = grant.signedIn;
  return { email, name, roles };
}
