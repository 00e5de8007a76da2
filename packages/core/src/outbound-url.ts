import { z } from 'zod';

/** Where outbound webhooks may go: https to public addresses only, or anywhere, which is for development. */
export const Outbound = z.enum(['public', 'any']);
export type Outbound = z.infer<typeof Outbound>;

/** An address for an outbound webhook in its normal form, or why it is refused. */
export type OutboundUrl = { kind: 'usable'; url: string; host: string } | { kind: 'refused'; why: string };

const Href = z.url({ normalize: true }).max(2_000);

/** A normalised URL always has this shape; a host in brackets is an IPv6 address, one of digits and dots an IPv4 address. */
const PARTS = /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<credentials>[^/?#@]*@)?(?<host>\[[^\]]*\]|[^/?#:@]+)/;

/** A name with a dot whose last part has a letter: neither a numeric address, in whatever spelling, nor a name of this machine. */
const PUBLIC_NAME = /^[^[\]]+\.[^.]*[a-z][^.]*$/;

/**
 * Reads the address of an outbound webhook. The same rules hold where it is saved and on every attempt: `public` wants
 * https and a host name; to which addresses that name leads is checked when it is called.
 */
export function readOutboundUrl(text: string, outbound: Outbound): OutboundUrl {
  const href = Href.safeParse(text);
  const parts = href.success ? PARTS.exec(href.data)?.groups : undefined;
  if (!href.success || parts === undefined) {
    return { kind: 'refused', why: 'must be a URL such as https://example.com/hook' };
  }
  const { scheme = '', credentials, host = '' } = parts;
  if (credentials !== undefined) return { kind: 'refused', why: 'must not contain a user name or password' };
  const why = brokenRule({ scheme, host }, outbound);
  return why === undefined ? { kind: 'usable', url: href.data, host } : { kind: 'refused', why };
}

function brokenRule({ scheme, host }: { scheme: string; host: string }, outbound: Outbound): string | undefined {
  if (outbound === 'any') return /^https?$/.test(scheme) ? undefined : 'must begin with https:// or http://';
  if (scheme !== 'https') return 'must begin with https://';
  return PUBLIC_NAME.test(host) ? undefined : 'must name a public host, not an address';
}
