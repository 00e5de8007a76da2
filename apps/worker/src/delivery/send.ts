import type { Outbound } from '@usher/core/outbound-url';
import { readOutboundUrl } from '@usher/core/outbound-url';
import { Agent, request } from 'undici';
import { AddressRefused, permittedAddresses, type Resolve } from './address.ts';
import { connectOnlyTo } from './connect.ts';

export interface Message {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface SendOptions {
  outbound: Outbound;
  resolve: Resolve;
  /** Milliseconds for everything together: finding the host, connecting, headers and body. */
  deadlineMs: number;
  /** Aborts the attempt, for example at shutdown. */
  signal: AbortSignal;
}

/** What came of one attempt to call out. `error` is written for the operator and holds nothing of the answer. */
export type Sent =
  | { kind: 'answered'; status: number; retryAfter: string | undefined }
  | { kind: 'failed'; error: string };

/** An answer is of no interest beyond its status; this much of it is read so that the exchange ends politely. */
const MAX_ANSWER_BYTES = 16_384;

/**
 * Posts a message to a stranger's address without being led anywhere else: no redirects, no private addresses, one
 * deadline, a bounded answer. Throws only the signal's reason.
 */
export async function send(message: Message, options: SendOptions): Promise<Sent> {
  const url = readOutboundUrl(message.url, options.outbound);
  if (url.kind === 'refused') return { kind: 'failed', error: `the webhook's URL ${url.why}` };
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const signal = AbortSignal.any([deadline, options.signal]);
  try {
    const addresses = await beforeAbort(permittedAddresses(url.host, options), signal);
    return await post({ ...message, url: url.url }, { addresses, outbound: options.outbound, signal });
  } catch (thrown) {
    options.signal.throwIfAborted();
    const error = deadline.aborted ? `no complete answer within ${options.deadlineMs} ms` : describe(thrown);
    return { kind: 'failed', error };
  }
}

async function post(
  { url, headers, body }: Message,
  { addresses, outbound, signal }: { addresses: string[]; outbound: Outbound; signal: AbortSignal },
): Promise<Sent> {
  const dispatcher = new Agent({
    connect: connectOnlyTo(addresses, { outbound, signal }),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const answer = await request(url, { method: 'POST', headers, body, dispatcher, signal });
    await readSome(answer.body);
    return { kind: 'answered', status: answer.statusCode, retryAfter: first(answer.headers['retry-after']) };
  } finally {
    await dispatcher.destroy();
  }
}

async function readSome(body: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes >= MAX_ANSWER_BYTES) return;
  }
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
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
  if (thrown instanceof AddressRefused) return `the webhook's host ${thrown.message}`;
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string')
    return `the connection failed: ${thrown.code}`;
  return 'the connection failed';
}
