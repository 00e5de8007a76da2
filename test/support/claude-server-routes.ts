import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './claude-server-account.ts';
import { answerBatches } from './claude-server-batch-routes.ts';
import type { BatchStore } from './claude-server-batches.ts';
import { checkRequest } from './claude-server-check.ts';
import { claudeErrors } from './claude-server-errors.ts';
import { breakDown, keyOf, sendError, sendForeign, sendJson } from './claude-server-http.ts';
import { message } from './claude-server-message.ts';
import { modelInfo, modelPage } from './claude-server-models.ts';
import { type Behaviour, isBreakage, type Plan } from './claude-server-plan.ts';
import { ticketText } from './claude-server-request.ts';
import type { PromptCache } from './claude-server-usage.ts';

/** What the server knows between requests. */
export interface ServerState {
  apiKey: string | undefined;
  /** Milliseconds before the next answer. */
  latencyMs: () => number;
  account: Account;
  plan: Plan;
  cache: PromptCache;
  batches: BatchStore;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Ids that have not been given out before, in a fixed order. */
  nextId: (prefix: string) => string;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: unknown;
  requestId: string;
}

/** Answers one request: who asks, what for, and then as the plan wants it. */
export async function answerRequest(
  { request, response, body }: Omit<Exchange, 'requestId'>,
  state: ServerState,
): Promise<void> {
  const requestId = state.nextId('req');
  response.setHeader('request-id', requestId);
  const key = keyOf(request.headers);
  if (key === undefined || (state.apiKey !== undefined && key !== state.apiKey))
    return sendError(response, claudeErrors.authentication, requestId);
  if (request.headers['anthropic-version'] === undefined) {
    const error = { ...claudeErrors.invalid_request, message: 'anthropic-version: header is required' };
    return sendError(response, error, requestId);
  }
  return route({ request, response, body, requestId }, state);
}

async function route(exchange: Exchange, state: ServerState): Promise<void> {
  const { request, response, requestId } = exchange;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const asked = `${request.method} ${url.pathname}`;
  if (asked === 'POST /v1/messages') return createMessage(exchange, state);
  if (asked === 'GET /v1/models') return sendJson(response, 200, modelPage(url.searchParams.getAll('lifecycle[]')));
  if (await answerBatches(exchange, state.batches)) return;
  const model = modelInfo(/^GET \/v1\/models\/([^/]+)$/.exec(asked)?.[1] ?? '');
  if (model !== undefined) return sendJson(response, 200, model);
  sendError(response, { ...claudeErrors.not_found, message: `${url.pathname} was not found` }, requestId);
}

async function createMessage({ response, body, requestId }: Exchange, state: ServerState): Promise<void> {
  const check = checkRequest(body);
  if ('error' in check) return sendError(response, check.error, requestId);
  const { request } = check;
  const input = state.cache.count(request);
  const { behaviour, held } = unwrap(state.plan.next(ticketText(request)));
  const twist = typeof behaviour === 'object' || isBreakage(behaviour) ? 'answer' : behaviour;
  const answer = message(request, twist, { id: state.nextId('msg'), input });
  const refusal = state.account.admit(answer);
  const latencyMs = refusal === undefined ? state.latencyMs() : 0;
  if (latencyMs > 0) await pause(latencyMs, undefined, { ref: false });
  await Promise.all(held);
  response.setHeaders(new Map(Object.entries(state.account.headers(request.model))));
  if (refusal !== undefined) return misanswer(response, refusal, requestId);
  if (typeof behaviour === 'object') return misanswer(response, behaviour, requestId);
  state.cache.keep(request);
  if (isBreakage(behaviour)) return breakDown(response, behaviour, answer);
  sendJson(response, 200, answer);
}

type Misanswer = Extract<Behaviour, { error: unknown } | { foreign: unknown }>;

function misanswer(response: ServerResponse, behaviour: Misanswer, requestId: string): void {
  if ('foreign' in behaviour) return sendForeign(response, behaviour.foreign);
  const { error, ...overrides } = behaviour;
  sendError(response, { ...claudeErrors[error], ...overrides }, requestId);
}

/** A behaviour without what holds it back. */
function unwrap(behaviour: Behaviour): { behaviour: Exclude<Behaviour, { after: unknown }>; held: Promise<unknown>[] } {
  if (typeof behaviour !== 'object' || !('after' in behaviour)) return { behaviour, held: [] };
  const inner = unwrap(behaviour.behaviour);
  return { ...inner, held: [behaviour.after, ...inner.held] };
}
