import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Leave } from './admission.ts';
import type { Door } from './door.ts';
import { answerProblem, Problem } from './problem.ts';

/** A server that listens. */
export interface Serving {
  port: number;
  /** Stops accepting, lets what is in hand finish for so long, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

export interface ServeOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Other limits than the usual ones. */
  limits?: Partial<typeof LIMITS>;
  /** Where requests that bring tickets wait until there is room; without one, they don't. */
  door?: Door;
}

/** What answers requests, with how those that the door let in make room for others. */
export type Answer = (request: Request, env: { leave?: Leave }) => Response | Promise<Response>;

/** Longest that headers and a whole request may take to arrive, so that slow senders hold nothing for long. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
  // Longer than the minute for which load balancers keep idle connections, so that they are the ones to close them.
  keepAliveTimeout: 65_000,
};

/** Connections beyond are cut at once; each costs some ten kilobytes, and a process has about as many files. */
const MAX_CONNECTIONS = 10_000;

/** Silence on a connection after which it is cut; longer than any answer takes. */
const SILENCE_MS = 70_000;

/** Listens on a port. Rejects when it is taken. */
export async function serve(answer: Answer, { host, port, limits = {}, door }: ServeOptions): Promise<Serving> {
  const leaves = new WeakMap<object, Leave>();
  const listener = getRequestListener(
    (request, { incoming }) => {
      const leave = leaves.get(incoming);
      return answer(request, leave === undefined ? {} : { leave });
    },
    { errorHandler: () => answerProblem(unreadable()) },
  );
  const throughDoor = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const leave = await door?.enter(incoming, outgoing);
    if (leave === undefined) return;
    leaves.set(incoming, leave);
    await listener(incoming, outgoing).finally(leave);
  };
  const server = createServer({ ...LIMITS, ...limits }, (incoming, outgoing) => {
    void (door?.concerns(incoming) ? throughDoor(incoming, outgoing) : listener(incoming, outgoing));
  });
  server.setTimeout(SILENCE_MS);
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    port: address.port,
    async stop(graceMs) {
      const isClosed = once(server, 'close');
      server.close();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      // Connections that become idle while others are still busy.
      const idle = setInterval(() => server.closeIdleConnections(), 100);
      await isClosed;
      clearTimeout(cut);
      clearInterval(idle);
    },
  };
}

function unreadable(): Problem {
  return new Problem({
    status: 400,
    code: 'request_malformed',
    detail: 'The request line or its Host cannot be read.',
  });
}
