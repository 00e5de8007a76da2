import Anthropic from '@anthropic-ai/sdk';
import { Agent, Dispatcher1Wrapper } from 'undici';

/** An answer is a few kilobytes; one that goes on and on is cut off here before it fills the memory. */
const MAX_ANSWER_BYTES = 1_000_000;

export interface ClientOptions {
  apiKey: string | undefined;
  baseUrl: string | undefined;
  /** Sockets at most; each call in flight occupies one. */
  connections: number;
  /** Bytes of one answer at most; those of a message by default. */
  maxAnswerBytes?: number;
}

/**
 * Anthropic's client as we use it: one attempt a call, because the retry policy is ours; a capped number of sockets and
 * of bytes an answer; and nothing from the environment, so that the app's configuration alone decides where tickets go.
 */
export function createClient({ apiKey, baseUrl, connections, maxAnswerBytes }: ClientOptions): Anthropic {
  const agent = new Agent({ connections, maxResponseSize: maxAnswerBytes ?? MAX_ANSWER_BYTES });
  return new Anthropic({
    // An empty key is answered with 401 like any other wrong one; none at all would send the client looking for others.
    apiKey: apiKey ?? '',
    baseURL: baseUrl ?? null,
    maxRetries: 0,
    // Below this level it logs whole requests, and those hold what customers wrote.
    logLevel: 'warn',
    // Node's own fetch speaks an older dispatcher protocol than this undici; the wrapper is undici's bridge between them.
    fetchOptions: { dispatcher: new Dispatcher1Wrapper(agent) },
  });
}
