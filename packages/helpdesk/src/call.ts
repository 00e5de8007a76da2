import { askedPauseMs } from '@usher/core/connectors/pace';
import { type Outbound, readOutboundUrl } from '@usher/core/outbound-url';
import { Agent, request } from 'undici';
import { AddressRefused, permittedAddresses, type Resolve } from './address.ts';
import { connectOnlyTo } from './connect.ts';

/** A call to somebody else's server. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

export interface CallOptions {
  outbound: Outbound;
  resolve: Resolve;
  /** Milliseconds for everything together: finding the host, connecting, headers and body. */
  deadlineMs: number;
  /** Most of an answer that is read. */
  maxBytes: number;
  /** Aborts the call, for example at shutdown. */
  signal: AbortSignal;
}

/**
 * What came of one call. `pauseMs` is for how long the server wants no further call, 0 if it does not say so; `isWhole`
 * tells whether all of the body was read; `error` is for the operator and quotes nothing.
 */
export type Called =
  | { kind: 'answered'; status: number; pauseMs: number; body: Uint8Array; isWhole: boolean }
  | { kind: 'failed'; error: string };

/**
 * Calls an address without being led anywhere else: no redirects, no private addresses, one deadline, a bounded answer.
 * Throws only the signal's reason.
 */
export async function call(wanted: Call, options: CallOptions): Promise<Called> {
  const url = readOutboundUrl(wanted.url, options.outbound);
  if (url.kind === 'refused') return { kind: 'failed', error: `its URL ${url.why}` };
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const signal = AbortSignal.any([deadline, options.signal]);
  try {
    const addresses = await beforeAbort(permittedAddresses(url.host, options), signal);
    return await exchange({ ...wanted, url: url.url }, addresses, { ...options, signal });
  } catch (thrown) {
    options.signal.throwIfAborted();
    const error = deadline.aborted ? `no complete answer within ${options.deadlineMs} ms` : describe(thrown);
    return { kind: 'failed', error };
  }
}

async function exchange(
  { method, url, headers, body }: Call,
  addresses: string[],
  { outbound, maxBytes, signal }: CallOptions,
): Promise<Called> {
  const dispatcher = new Agent({
    connect: connectOnlyTo(addresses, { outbound, signal }),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const answer = await request(url, { method, headers, body, dispatcher, signal });
    const read = await readUpTo(answer.body, maxBytes);
    const { statusCode: status } = answer;
    const pauseMs = askedPauseMs({ status, headers: firstOfEach(answer.headers) }, new Date());
    return { kind: 'answered', status, pauseMs, ...read };
  } finally {
    await dispatcher.destroy();
  }
}

async function readUpTo(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ body: Uint8Array; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return { body: Buffer.concat(chunks), isWhole: false };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), isWhole: true };
}

function firstOfEach(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const values = Object.entries(headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value[0] : value] as const,
  );
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** Waits for what cannot be aborted itself, such as the system's resolver, but not longer than the signal allows. */
async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function describe(thrown: unknown): string {
  if (thrown instanceof AddressRefused) return `its host ${thrown.message}`;
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string')
    return `the connection failed: ${thrown.code}`;
  return 'the connection failed';
}
