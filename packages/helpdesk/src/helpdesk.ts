import type { Connector } from '@usher/core/connectors/connector';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import type { Outbound } from '@usher/core/outbound-url';
import type { Resolve } from './address.ts';
import { createAuthoriser } from './authorise.ts';
import { call } from './call.ts';
import { HelpdeskRefused, HelpdeskUnreachable } from './failures.ts';

/** What a helpdesk answered. A body that is no JSON is null. */
export interface HelpdeskAnswer {
  status: number;
  body: unknown;
  /** Milliseconds in which it wants no further call; 0 if it does not say so. */
  pauseMs: number;
}

/** The API of one source's helpdesk. */
export interface Helpdesk {
  /** Sends a request once and answers whatever the helpdesk says to it. Throws HelpdeskUnreachable. */
  send(request: HelpdeskRequest, signal: AbortSignal): Promise<HelpdeskAnswer>;
  /** Sends requests in order and answers their bodies. Throws HelpdeskRefused at the first that is no 2xx, HelpdeskUnreachable. */
  ask(requests: readonly HelpdeskRequest[], signal: AbortSignal): Promise<unknown[]>;
}

/** How calls may go out. */
export interface HelpdeskOptions {
  outbound: Outbound;
  resolve: Resolve;
  /** Milliseconds that one call may take in all. */
  deadlineMs: number;
}

/** What is needed of a source and its connector to call the helpdesk. */
export interface HelpdeskAccount {
  api: Pick<NonNullable<Connector['api']>, 'authorisation' | 'headers'>;
  baseUrl: string;
  credentials: Readonly<Record<string, string>>;
}

/** A ticket with everything that was ever written may be large; a page of a list too. */
const MAX_ANSWER_BYTES = 16 * 1_048_576;

/** Opens the API of a source's helpdesk. An OAuth2 token is got when it is first needed and kept for as long as it is good. */
export function openHelpdesk({ api, baseUrl, credentials }: HelpdeskAccount, options: HelpdeskOptions): Helpdesk {
  const authoriser = createAuthoriser({ authorisation: api.authorisation, baseUrl, credentials }, options);

  const sendOnce = async (request: HelpdeskRequest, signal: AbortSignal): Promise<HelpdeskAnswer> => {
    const { method, path, body, idempotencyKey } = request;
    const headers = {
      accept: 'application/json',
      'user-agent': 'Usher',
      ...(body !== null && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...api.headers,
      ...(await authoriser.headers(signal)),
    };
    const wanted = { method, url: baseUrl + path, headers, body: body === null ? null : JSON.stringify(body) };
    const answer = await call(wanted, { ...options, maxBytes: MAX_ANSWER_BYTES, signal });
    if (answer.kind === 'failed') throw new HelpdeskUnreachable(answer.error);
    if (!answer.isWhole) throw new HelpdeskUnreachable(`its answer has more than ${MAX_ANSWER_BYTES} bytes`);
    return {
      status: answer.status,
      body: jsonOf(answer.body),
      pauseMs: answer.pauseMs,
    };
  };

  const send: Helpdesk['send'] = async (request, signal) => {
    const answer = await sendOnce(request, signal);
    // A token may be withdrawn before its time: a new one gets one try.
    return answer.status === 401 && authoriser.forget() ? sendOnce(request, signal) : answer;
  };

  return {
    send,
    async ask(requests, signal) {
      const bodies: unknown[] = [];
      for (const request of requests) {
        const { status, body, pauseMs } = await send(request, signal);
        if (status < 200 || status > 299) throw new HelpdeskRefused({ ...request, status, pauseMs });
        bodies.push(body);
      }
      return bodies;
    },
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
