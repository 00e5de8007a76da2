import type { Context } from 'hono';
import { Problem } from './problem.ts';

/**
 * Refuses what another site made a browser send: browsers say in Sec-Fetch-Site, and older ones in Origin, who asks
 * (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/). Throws a 403 Problem.
 */
export function requireSameOrigin(c: Context): void {
  const site = c.req.header('sec-fetch-site');
  const isSame = site === undefined ? isOwnOrigin(c) : site === 'same-origin';
  if (isSame) return;
  throw new Problem({
    status: 403,
    code: 'cross_site',
    detail: 'Only the console itself may ask this in the name of somebody who is signed in. Programs use an API key.',
  });
}

function isOwnOrigin(c: Context): boolean {
  const origin = URL.parse(c.req.header('origin') ?? '');
  return origin !== null && origin.host === c.req.header('host');
}
