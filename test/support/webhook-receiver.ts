import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

export interface ReceivedWebhook {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a receiver does with one call. */
export type Reception =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Takes the call and never answers. */
  | 'silent'
  /** Answers 200 and never ends its body. */
  | 'slow_body'
  /** Answers 200 with a body that has no end, as fast as it is read. */
  | 'endless_body';

export interface WebhookReceiver extends AsyncDisposable {
  url: string;
  port: number;
  /** Every call, oldest first. */
  received: readonly ReceivedWebhook[];
  /** Resolves as soon as that many calls have arrived. */
  arrived(count: number): Promise<void>;
  /** What the next calls meet, in order; later ones are answered 204. */
  script(...receptions: Reception[]): void;
  /** Bytes of endless bodies that were handed to the network. */
  bytesSent(): number;
}

/** Starts someone's webhook endpoint on loopback. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const arrivals = new EventEmitter();
  const script: Reception[] = [];
  let bytesSent = 0;
  const server = createServer((request, response) => {
    void (async () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: await bodyOf(request) });
      arrivals.emit('call');
      const reception = script.shift() ?? { status: 204 };
      await answer(response, reception, (bytes) => (bytesSent += bytes));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    async arrived(count) {
      while (received.length < count) await once(arrivals, 'call');
    },
    script: (...receptions) => void script.push(...receptions),
    bytesSent: () => bytesSent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(response: ServerResponse, reception: Reception, onBytes: (bytes: number) => void): Promise<void> {
  if (reception === 'silent') return;
  if (reception === 'slow_body') {
    response.writeHead(200).write('slow');
  } else if (reception === 'endless_body') {
    response.writeHead(200);
    // The caller hangs up in the middle of it.
    await pipeline(endless(onBytes), response).catch(() => {});
  } else {
    response.writeHead(reception.status, reception.headers).end(reception.body);
  }
}

function* endless(onBytes: (bytes: number) => void): Generator<Buffer> {
  const chunk = Buffer.alloc(4_096, 'x');
  for (;;) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
