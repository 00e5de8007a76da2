import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Failure } from '@usher/core/failure';
import type { Outbound } from '@usher/core/outbound-url';
import ipaddr from 'ipaddr.js';

/** An outbound webhook leads to an address that is not on the public internet, so that calling it could reach insiders. */
export class AddressRefused extends Error implements Failure {
  readonly code = 'address_refused';
  readonly retry = 'backoff';

  constructor(address: string) {
    super(`leads to ${address}, which is not a public address`);
    this.name = 'AddressRefused';
  }
}

/** Answers every address of a host name. */
export type Resolve = (host: string) => Promise<string[]>;

/** Asks the system's resolver, which also reads the hosts file. */
export const resolveBySystem: Resolve = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

/**
 * The addresses of a host, resolved once, for a caller that then connects to these and no others. Throws AddressRefused
 * unless every single one is permitted: one bad address among good ones is how such a check is led astray.
 */
export async function permittedAddresses(
  host: string,
  { outbound, resolve }: { outbound: Outbound; resolve: Resolve },
): Promise<string[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(bare) === 0 ? await resolve(bare) : [bare];
  const refused = addresses.find((address) => !isPermitted(address, outbound));
  if (refused !== undefined) throw new AddressRefused(refused);
  return addresses;
}

/** Tells whether an address may be called: any, or only global unicast, also where IPv6 wraps an IPv4 address. */
export function isPermitted(address: string, outbound: Outbound): boolean {
  if (outbound === 'any') return true;
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}
