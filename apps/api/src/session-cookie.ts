import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

/** Hono adds `__Host-`: only this host over TLS, or a browser's own machine, may set and see it. */
const NAME = 'usher';
const OPTIONS = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Strict' } as const;

/** The name under which browsers keep the cookie. */
export const SESSION_COOKIE = `__Host-${NAME}`;

/** The token that a browser brings, if any. */
export function readSessionCookie(c: Context): string | undefined {
  return getCookie(c, NAME, 'host');
}

/** Hands a token to the browser, until it closes or the session ends. */
export function writeSessionCookie(c: Context, token: string): void {
  setCookie(c, NAME, token, OPTIONS);
}

/** Makes the browser forget the token. */
export function clearSessionCookie(c: Context): void {
  deleteCookie(c, NAME, OPTIONS);
}
