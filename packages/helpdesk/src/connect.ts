import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { Outbound } from '@usher/core/outbound-url';
import { buildConnector } from 'undici';
import { AddressRefused, isPermitted } from './address.ts';

/**
 * Connects to these addresses and no others, whatever name the URL has, and looks again at the address that the socket
 * really reached: a lookup is never asked where a host is an address already.
 */
export function connectOnlyTo(
  addresses: readonly string[],
  { outbound, signal }: { outbound: Outbound; signal: AbortSignal },
): buildConnector.connector {
  // The signal closes the socket, so there is no other limit.
  const connect = buildConnector({ lookup: lookupIn(addresses), allowH2: false, timeout: 0, signal });
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const reached = socket.remoteAddress ?? 'nowhere';
      if (isPermitted(reached, outbound)) return callback(null, socket);
      socket.destroy();
      callback(new AddressRefused(reached), null);
    });
  };
}

function lookupIn(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all, family }, callback) => {
    const wanted = known.filter((entry) => family === undefined || family === 0 || entry.family === family);
    const [first] = wanted;
    if (first === undefined) return callback(new Error('the host has no address'), '');
    if (all === true) callback(null, wanted);
    else callback(null, first.address, first.family);
  };
}
