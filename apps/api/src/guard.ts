import { isAllowed, Role, type Scope } from '@usher/core/scope';
import type { Context, MiddlewareHandler } from 'hono';
import type { Leave } from './admission.ts';
import type { Authenticate, Grant } from './authenticate.ts';
import { Problem } from './problem.ts';
import { requireSameOrigin } from './same-origin.ts';
import { readSessionCookie } from './session-cookie.ts';

/** What the guard leaves for the handlers behind it. */
export type Guarded = {
  Bindings: { /** Makes room for other requests, where the door of the server let this one in. */ leave?: Leave };
  Variables: { grant: Grant; /** Makes room for other requests before this one is answered. */ leave?: Leave };
};

/** Who may use a route, as its OpenAPI description says: any one of these scopes suffices, and admin always does. */
export type Security = ({ key: Scope[] } | { session: Scope[] })[];

/** Describes that a route needs a key with one of these scopes, or somebody signed in who has one of these roles. */
export function needs(...scopes: Scope[]): Security {
  return [
    ...scopes.map((scope) => ({ key: [scope] })),
    ...scopes.filter((scope) => Role.safeParse(scope).success).map((scope) => ({ session: [scope] })),
  ];
}

/**
 * Lets requests through whose bearer key, or else whose session, has one of the scopes; RFC 6750 says how a key is carried
 * and refused. What changes something in the name of somebody who is signed in must come from the console itself.
 */
export function guard(authenticate: Authenticate, security: Security): MiddlewareHandler<Guarded> {
  const needed = security.flatMap((way) => ('key' in way ? way.key : []));
  return async (c, next) => {
    const grant = await grantOf(c, authenticate);
    if (!needed.some((scope) => isAllowed(grant.scopes, scope))) throw scopeMissing(needed);
    c.set('grant', grant);
    await next();
  };
}

async function grantOf(c: Context, authenticate: Authenticate): Promise<Grant> {
  const header = c.req.header('authorization');
  const token = header === undefined ? readSessionCookie(c) : undefined;
  if (token !== undefined) {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') requireSameOrigin(c);
    const grant = await authenticate.bySession(token);
    if (grant === undefined) throw refused('session_ended', 'You are not signed in any more. Sign in again.');
    return grant;
  }
  const grant = await authenticate.byKey(bearerOf(header));
  if (grant === undefined) throw refused('key_unknown', 'This key is not known, or it was revoked.', 'invalid_token');
  return grant;
}

function bearerOf(header: string | undefined): string {
  if (header === undefined) {
    throw refused('key_missing', 'This needs an API key: send it with Authorization: Bearer YOUR_KEY.');
  }
  const key = /^bearer +(\S+) *$/i.exec(header)?.[1];
  if (key === undefined) {
    throw refused(
      'key_missing',
      'The key is sent as Authorization: Bearer YOUR_KEY, and nothing else.',
      'invalid_request',
    );
  }
  return key;
}

function refused(code: string, detail: string, error?: string): Problem {
  const challenge = `Bearer realm="usher"${error === undefined ? '' : `, error="${error}"`}`;
  return new Problem({ status: 401, code, detail, headers: { 'WWW-Authenticate': challenge } });
}

function scopeMissing(needed: readonly Scope[]): Problem {
  return new Problem({
    status: 403,
    code: 'scope_missing',
    detail: `This needs the scope ${needed.join(' or ')}.`,
    headers: { 'WWW-Authenticate': `Bearer realm="usher", error="insufficient_scope", scope="${needed.join(' ')}"` },
    more: { needed },
  });
}
