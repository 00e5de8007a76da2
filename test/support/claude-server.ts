import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AccountOptions, openAccount } from './claude-server-account.ts';
import { type BatchOptions, createBatchStore, type ServerBatches } from './claude-server-batches.ts';
import { readJson } from './claude-server-http.ts';
import { type Behaviour, createPlan, type PlanOptions } from './claude-server-plan.ts';
import { answerRequest, type ServerState } from './claude-server-routes.ts';
import { createPromptCache } from './claude-server-usage.ts';

export interface ClaudeServerOptions extends PlanOptions, AccountOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** The one key that is accepted; without it, every key is. */
  apiKey?: string;
  /** Milliseconds before each answer, always the same or asked for each. */
  latencyMs?: number | (() => number);
  /** Whether `requests` is kept; true by default, and no good idea for hundreds of thousands. */
  keepsRequests?: boolean;
  batches?: BatchOptions;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface RecordedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export interface ClaudeServer extends AsyncDisposable {
  url: string;
  /** Everything that was asked, oldest first. */
  requests: readonly RecordedRequest[];
  /** Sockets that were ever opened to the server. */
  connections(): number;
  /** Resolves as soon as that many requests have arrived, answered or not. */
  received(count: number): Promise<void>;
  /** Sets what the next requests to `/v1/messages` meet, in order. */
  script(...behaviours: Behaviour[]): void;
  /** The account's Message Batches. */
  batches: ServerBatches;
  stop(): Promise<void>;
}

/** Starts a Claude API on loopback that answers from the ticket itself, and misbehaves on demand. */
export async function startClaudeServer(options: ClaudeServerOptions = {}): Promise<ClaudeServer> {
  const requests: RecordedRequest[] = [];
  const arrivals = new EventEmitter();
  let connections = 0;
  const state = createState(options);
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readJson(request);
    const recorded = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    if (options.keepsRequests ?? true) requests.push(recorded);
    arrivals.emit('request');
    await answerRequest({ request, response, body }, state);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Nobody is left to answer if the caller went away in the middle of its request; anything else is our own mistake.
      if (request.complete) console.error(error);
      response.destroy();
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const stop = async () => {
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    server.closeAllConnections();
    await closed;
  };
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    async received(count) {
      while (requests.length < count) await once(arrivals, 'request');
    },
    script: (...behaviours) => state.plan.script(...behaviours),
    batches: state.batches,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function createState({
  apiKey,
  latencyMs = 0,
  batches = {},
  now = Date.now,
  ...options
}: ClaudeServerOptions): ServerState {
  let ids = 0;
  const plan = createPlan(options);
  const cache = createPromptCache(now);
  const nextId = (prefix: string) => {
    ids += 1;
    return `${prefix}_${String(ids).padStart(8, '0')}`;
  };
  return {
    apiKey,
    latencyMs: typeof latencyMs === 'function' ? latencyMs : () => latencyMs,
    account: openAccount({ ...options, now }),
    plan,
    cache,
    batches: createBatchStore(batches, { plan, cache, now, nextId }),
    now,
    nextId,
  };
}
