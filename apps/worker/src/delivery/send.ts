import type { Resolve } from '@usher/helpdesk/address';
import { call } from '@usher/helpdesk/call';
import type { Outbound } from '@usher/core/outbound-url';

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

/** Posts a message to a stranger's address, as safely as `call` does. Throws only the signal's reason. */
export async function send(message: Message, options: SendOptions): Promise<Sent> {
  const called = await call({ ...message, method: 'POST' }, { ...options, maxBytes: MAX_ANSWER_BYTES });
  if (called.kind === 'failed') return { kind: 'failed', error: called.error.replace(/^its /, "the webhook's ") };
  return { kind: 'answered', status: called.status, retryAfter: called.retryAfter };
}
