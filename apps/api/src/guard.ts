import { isAllowed, Scope } from '@usher/core/scope';
import type { MiddlewareHandler } from 'hono';
import type { Authenticate, Grant } from './authenticate.ts';
import { Problem } from './problem.ts';

/** What the guard leaves for the handlers behind it. */
export type Guarded = { Variables: { grant: Grant } };

/** Who may use a route, as its OpenAPI description says: any one of these scopes suffices, and admin always does. */
export type Security = { key: Scope[] }[];

/** Describes that a route needs a key with one of these scopes. */
export function needs(...scopes: Scope[]): Security {
  return scopes.map((scope) => ({ key: [scope] }));
}

/** Lets requests through whose bearer key has one of the scopes; RFC 6750 says how it is carried and refused. */
export function guard(authenticate: Authenticate, security: Security): MiddlewareHandler<Guarded> {
  const needed = security.flatMap(({ key }) => key);
  return async (c, next) => {
    const grant = await authenticate(bearerOf(c.req.header('authorization')));
    if (grant === undefined) throw refused('key_unknown', 'This key is not known, or it was revoked.', 'invalid_token');
    if (!needed.some((scope) => isAllowed(grant.scopes, scope))) throw scopeMissing(needed);
    c.set('grant', grant);
    await next();
  };
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
    detail: `This needs a key with the scope ${needed.join(' or ')}.`,
    headers: { 'WWW-Authenticate': `Bearer realm="usher", error="insufficient_scope", scope="${needed.join(' ')}"` },
    more: { needed },
  });
}
