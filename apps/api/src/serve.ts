import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
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
}

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
export async function serve(
  answer: (request: Request) => Response | Promise<Response>,
  { host, port, limits = {} }: ServeOptions,
): Promise<Serving> {
  const listener = getRequestListener(answer, { errorHandler: () => answerProblem(unreadable()) });
  const server = createServer({ ...LIMITS, ...limits }, (incoming, outgoing) => void listener(incoming, outgoing));
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
