import { call } from '@usher/helpdesk/call';
import type { HelpdeskOptions } from '@usher/helpdesk/helpdesk';

export interface Message {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** How a call may go out; the signal aborts it, for example at shutdown. */
export type SendOptions = HelpdeskOptions & { signal: AbortSignal };

/**
 * What came of one attempt to call out. `pauseMs` is for how long the receiver wants no further call, 0 if it does not say
 * so; `error` is written for the operator and holds nothing of the answer.
 */
export type Sent =
  | { kind: 'answered'; status: number; pauseMs: number; error?: string }
  | { kind: 'failed'; error: string };

/** An answer is of no interest beyond its status; this much of it is read so that the exchange ends politely. */
const MAX_ANSWER_BYTES = 16_384;

/** Posts a message to a stranger's address, as safely as `call` does. Throws only the signal's reason. */
export async function send(message: Message, options: SendOptions): Promise<Sent> {
  const called = await call({ ...message, method: 'POST' }, { ...options, maxBytes: MAX_ANSWER_BYTES });
  if (called.kind === 'failed') return { kind: 'failed', error: called.error.replace(/^its /, "the webhook's ") };
  const { kind, status, pauseMs } = called;
  return { kind, status, pauseMs };
}
