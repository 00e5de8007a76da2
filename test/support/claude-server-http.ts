import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type ClaudeError, errorBody } from './claude-server-errors.ts';
import type { Breakage, ForeignAnswer } from './claude-server-plan.ts';

/** Writes a JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Writes an error answer as the API does, `retry-after` and `request-id` included. */
export function sendError(response: ServerResponse, error: ClaudeError, requestId: string): void {
  if (error.retryAfter !== undefined) response.setHeader('retry-after', error.retryAfter);
  sendJson(response, error.status, errorBody(error, requestId));
}

/** Writes what is no answer of the API at all. */
export function sendForeign(response: ServerResponse, answer: ForeignAnswer): void {
  response.writeHead(answer.status, { 'content-type': answer.contentType }).write(answer.body);
  if (answer.isEndless !== true) response.end();
}

/** The whole body of a request; undefined if it is not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The key a request came with, in either header that the API accepts; undefined without one. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const key = bearer ?? headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/** Fails to answer in one of the ways in which networks and proxies do; stalled answers end when the server stops. */
export function breakDown(response: ServerResponse, breakage: Breakage, body: unknown): void {
  const text = JSON.stringify(body);
  switch (breakage) {
    case 'html':
      sendForeign(response, { status: 200, contentType: 'text/html', body: '<html>Please sign in</html>' });
      return;
    case 'malformed_body':
      sendForeign(response, { status: 200, contentType: 'application/json', body: text.slice(0, text.length / 2) });
      return;
    case 'cut_body':
      startJson(response, text.length);
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    case 'stalled_body':
      startJson(response, text.length);
      response.write(text.slice(0, text.length / 2));
      return;
    case 'endless_body':
      startJson(response, undefined);
      pour(response);
      return;
    case 'stalled_headers':
      return;
    case 'hang_up':
      response.destroy();
  }
}

function startJson(response: ServerResponse, length: number | undefined): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(length === undefined ? {} : { 'content-length': length }),
  });
}

/** Writes on and on, as fast as it is read, until the other side has had enough. */
function pour(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(' '.repeat(65_536), () => pour(response));
}
