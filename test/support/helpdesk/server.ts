import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { findConnector } from '@usher/core/connectors/registry';
import type { Authorisation } from '@usher/core/connectors/connector';
import type { HelpdeskRequest, Json } from '@usher/core/connectors/request';
import { z } from 'zod';
import type { DeskAnswer, DeskTicket, HelpdeskModel } from '../helpdesks/model.ts';
import { helpdeskModels } from '../helpdesks/registry.ts';
import { credentialsFor, expectedHeaders } from './credentials.ts';
import { limitHeaders } from './limits.ts';

/** What a helpdesk does with a call instead of, or besides, what it should. */
export type Trouble =
  /** Answers so, and changes nothing. */
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Cuts the connection before it does anything. */
  | 'cut'
  /** Does what it is asked for and cuts the connection instead of answering. */
  | 'cut_after'
  /** Does what it is asked for and never ends its answer. */
  | 'slow_body'
  /** Takes the call and never answers. */
  | 'silent';

export interface DeskCall {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Json | null;
  /** Null where no answer was given. */
  status: number | null;
}

/** A call before it is answered. */
export type Incoming = Omit<DeskCall, 'status'>;

/** One vendor's API over HTTP, with its traps, its way to authorise and its way to tell limits. */
export interface HelpdeskServer extends AsyncDisposable {
  url: string;
  credentials: Record<string, string>;
  /** Every call, oldest first. */
  calls: readonly DeskCall[];
  /** Resolves as soon as that many calls have been answered or left without an answer. */
  answered(count: number): Promise<void>;
  /** The ticket of this id as it stands, which a test may change like a person would. */
  ticket(id: string): DeskTicket;
  /** Adds a ticket. */
  open(ticket: Partial<DeskTicket> & { id: string }): DeskTicket;
  /** What the next calls meet, in order; null for nothing special. */
  script(...troubles: (Trouble | null)[]): void;
  /** What every call meets from now on, where it answers something. */
  interfere(trouble: (call: Incoming) => Trouble | null): void;
  /** Takes so many calls from now on, and then answers 429 for what it says are so many seconds. */
  limit(calls: number, seconds: number): void;
  /** Lets no token count that was given out before. */
  revokeTokens(): void;
}

/** Starts the helpdesk of this connector on loopback. */
export async function startHelpdesk(name: string, { port = 0 }: { port?: number } = {}): Promise<HelpdeskServer> {
  const connector = findConnector(name);
  const model = helpdeskModels[name];
  if (connector?.api == null || model === undefined) throw new Error(`no helpdesk of the kind ${name}`);
  const credentials = credentialsFor(connector.credentials);
  const desk = createDesk({ name, model, authorisation: connector.api.authorisation, credentials });
  const server = createServer((request, response) => void desk.serve(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const listens = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...desk,
    url: `http://127.0.0.1:${listens}`,
    credentials,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface DeskOptions {
  name: string;
  model: HelpdeskModel;
  authorisation: Authorisation;
  credentials: Record<string, string>;
}

function createDesk({ name, model, authorisation, credentials }: DeskOptions) {
  const tickets: DeskTicket[] = [];
  const calls: DeskCall[] = [];
  const arrivals = new EventEmitter();
  const scripted: (Trouble | null)[] = [];
  let interfering: (call: Incoming) => Trouble | null = () => null;
  let limited: { limit: number; remaining: number; seconds: number } | undefined;
  let tokens = 0;

  const judge = (call: Incoming): DeskAnswer & { headers?: Record<string, string> } => {
    if (isTokenCall(call, authorisation)) return tokenAnswer(call, credentials, `token ${(tokens += 1)}`);
    const expected = expectedHeaders(authorisation, { credentials, token: `token ${tokens}` });
    const isKnown = Object.entries(expected).every(([header, value]) => call.headers[header] === value);
    if (!isKnown) return { status: 401, body: { error: 'not authorised' } };
    if (limited === undefined) return answerOf(tickets, model, call);
    limited.remaining -= 1;
    const headers = limitHeaders[name]?.({ ...limited, now: new Date() }) ?? {};
    if (limited.remaining < 0) return { status: 429, body: { error: 'too many' }, headers };
    return { ...answerOf(tickets, model, call), headers };
  };

  return {
    calls,
    async answered(count: number) {
      while (calls.length < count) await once(arrivals, 'call');
    },
    ticket(id: string) {
      const ticket = tickets.find((one) => one.id === id);
      if (ticket === undefined) throw new Error(`the helpdesk has no ticket ${id}`);
      return ticket;
    },
    open(ticket: Partial<DeskTicket> & { id: string }) {
      const blank = { team: null, priority: null, tags: [], fields: {}, status: 'open', notes: [], version: 1 };
      const opened: DeskTicket = { ...blank, ...ticket };
      tickets.push(opened);
      return opened;
    },
    script: (...troubles: (Trouble | null)[]) => void scripted.push(...troubles),
    interfere: (trouble: (call: Incoming) => Trouble | null) => void (interfering = trouble),
    limit: (limit: number, seconds: number) => void (limited = { limit, remaining: limit, seconds }),
    revokeTokens: () => void (tokens += 1),
    async serve(request: IncomingMessage, response: ServerResponse) {
      const call = await readCall(request);
      const trouble = (scripted.length > 0 ? scripted.shift() : interfering(call)) ?? null;
      const status = respond(response, trouble, () => judge(call));
      calls.push({ ...call, status });
      arrivals.emit('call');
    },
  };
}

/** Answers, or does not; tells the status of the answer. */
function respond(
  response: ServerResponse,
  trouble: Trouble | null,
  judge: () => DeskAnswer & { headers?: Record<string, string> },
): number | null {
  if (trouble === 'silent') return null;
  if (trouble !== null && typeof trouble === 'object') {
    response.writeHead(trouble.status, trouble.headers).end(trouble.body);
    return trouble.status;
  }
  if (trouble === 'cut') {
    response.socket?.destroy();
    return null;
  }
  const { status, body, headers } = judge();
  if (trouble === 'cut_after') {
    response.socket?.destroy();
    return null;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  if (trouble === 'slow_body') response.write('{"slow":');
  else response.end(JSON.stringify(body));
  return status;
}

/** The model of the one ticket that a call is about: its id stands in the path, or in the body where the path has none. */
function answerOf(tickets: readonly DeskTicket[], model: HelpdeskModel, call: Incoming): DeskAnswer {
  const ticket = tickets.find(({ id }) => names(call.path, id)) ?? tickets.find(({ id }) => names(textOf(call), id));
  if (ticket === undefined) return { status: 404, body: { error: 'no such ticket' } };
  const request: HelpdeskRequest = {
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).parse(call.method),
    path: call.path,
    body: call.body,
    repeat: 'freely',
  };
  try {
    return model(ticket, request) ?? { status: 404, body: { error: 'no such place' } };
  } catch (thrown) {
    return { status: 422, body: { error: thrown instanceof Error ? thrown.message : 'refused' } };
  }
}

function names(text: string, id: string): boolean {
  return text.split(/[^\w-]+/).includes(id);
}

function textOf({ body }: Incoming): string {
  return JSON.stringify(body);
}

function isTokenCall({ method, path }: Incoming, authorisation: Authorisation): boolean {
  return authorisation.kind === 'oauth2' && method === 'POST' && path === authorisation.tokenPath;
}

/** The client credentials grant of OAuth 2.0 (RFC 6749, 4.4), with the client's credentials in the body. */
function tokenAnswer({ body }: Incoming, credentials: Record<string, string>, token: string): DeskAnswer {
  const asked = z.record(z.string(), z.string()).safeParse(body).data ?? {};
  const isKnown =
    asked['grant_type'] === 'client_credentials' &&
    asked['client_id'] === credentials['app_id'] &&
    asked['client_secret'] === credentials['app_secret'];
  if (!isKnown) return { status: 401, body: { error: 'invalid_client' } };
  return { status: 200, body: { token_type: 'bearer', access_token: token, expires_in: 172_800 } };
}

async function readCall(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, body: isForm ? Object.fromEntries(new URLSearchParams(text)) : jsonOf(text) };
}

function jsonOf(text: string): Json | null {
  return text === '' ? null : z.json().parse(JSON.parse(text));
}
