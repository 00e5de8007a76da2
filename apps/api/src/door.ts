import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Admission, announcedBytes, type Leave, overloaded } from './admission.ts';
import type { Events } from './events.ts';
import { textOfProblem } from './problem.ts';

/**
 * The bounds of intake. What helpdesks sign can be believed only once its body was read: it has a bound of its own, so that
 * nobody without a key can take the room of those who have one.
 */
export interface Admissions {
  tickets: Admission;
  webhooks: Admission;
}

/** Stands before everything else, so that a request for which there is no room costs next to nothing. */
export interface Door {
  /** Whether a request brings tickets and must go through it. */
  concerns(incoming: IncomingMessage): boolean;
  /** Waits until there is room and answers how to leave; undefined where the request was refused or given up. */
  enter(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Leave | undefined>;
}

/** The largest body that any route of intake takes. */
const MAX_BYTES = 16 * 1_048_576;

/** Bodies up to this size are read and thrown away, which costs less than a new connection. */
const READ_AWAY_BYTES = 65_536;

/** Makes the door of one server. */
export function createDoor({ tickets, webhooks }: Admissions, events: Pick<Events, 'overloaded'>): Door {
  return {
    concerns: ({ method, url = '' }) => method === 'POST' && (isTickets(url) || isWebhook(url)),
    async enter(incoming, outgoing) {
      const bytes = announcedBytes(incoming.headers['content-length'], MAX_BYTES);
      const leave = await (isTickets(incoming.url ?? '') ? tickets : webhooks).queueUp(bytes);
      if (leave === undefined) {
        events.overloaded();
        refuse(outgoing, bytes);
      } else if (incoming.destroyed) leave();
      else return leave;
      return undefined;
    },
  };
}

function isTickets(url: string): boolean {
  return /^\/(?:ticket-webhook|v1\/tickets)(?:\?|$)/.test(url);
}

function isWebhook(url: string): boolean {
  return url.startsWith('/webhooks/');
}

/** Made once, and different, so that senders who heed them do not all come back in the same second. */
const REFUSALS = [1, 2, 3].map((seconds) => {
  const problem = overloaded(seconds);
  const body = textOfProblem(problem);
  const headers = { ...problem.headers, 'Content-Type': 'application/problem+json', 'Content-Length': body.length };
  return { body, kept: headers, closed: { ...headers, Connection: 'close' } };
});

let refusals = 0;

function refuse(outgoing: ServerResponse, bytes: number): void {
  refusals += 1;
  const refusal = REFUSALS[refusals % REFUSALS.length];
  if (refusal === undefined) return;
  outgoing.writeHead(503, bytes > READ_AWAY_BYTES ? refusal.closed : refusal.kept).end(refusal.body);
}
