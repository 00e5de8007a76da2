import type { AdmissionLimits } from '@usher/api/admission';
import { createApp } from '@usher/api/app';
import { type Deadlines, openRequestDatabase } from '@usher/api/database';
import { assemble, type Deps } from '@usher/api/deps';
import type { Enqueue } from '@usher/api/hints';
import { createLogger } from '@usher/api/log';
import type { ClaudeSettings } from '@usher/api/now/look';
import type { Connector } from '@usher/core/connectors/connector';
import { findConnector } from '@usher/core/connectors/registry';
import type { Scope } from '@usher/core/scope';
import type { Vault } from '@usher/db/vault';
import { createApiKey } from '@usher/db/api-keys';
import { connectDatabase, type Db } from '@usher/db/connect';
import { openBudget } from '@usher/queue/budget/open';
import { connectQueue, type QueueConnection } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import { createTestDatabase } from '../support/postgres.ts';
import { testVault } from '../support/vault.ts';

/** The bootstrap admin key of every API under test. */
export const ADMIN_KEY = 'bootstrap-key-of-the-tests-0123456789';

/** What a request of a test is made of; an object body is sent as JSON. */
export interface Sent {
  method?: string;
  /** The key, or null for none; the bootstrap key by default. */
  key?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
  text: string;
}

/** A whole API on a database and a queue of its own, asked without a network. */
export interface ApiUnderTest extends AsyncDisposable {
  db: Db;
  databaseUrl: string;
  queue: QueueConnection;
  deps: Deps;
  /** Everything that was logged, one object a line. */
  logged: Record<string, unknown>[];
  stop: AbortController;
  send(path: string, sent?: Sent): Promise<Answer>;
  /** The same for an answer whose bytes matter. */
  ask(path: string, init: RequestInit): Promise<Response>;
  makeKey(scopes: Scope[], source?: string): Promise<{ id: number; key: string }>;
}

export interface ApiOptions {
  databaseUrl?: string;
  queueUrl?: string;
  now?: () => number;
  deadlines?: Deadlines;
  /** Connectors beside those of the registry. */
  connectors?: readonly Connector[];
  publicUrl?: string;
  vault?: Vault;
  admission?: AdmissionLimits;
  claude?: ClaudeSettings;
}

/** Long enough for a busy machine; what the real deadlines do is for the tests that are about them. */
const PATIENT: Deadlines = { quickMs: 15_000, slowMs: 25_000, deafMs: 60_000 };

/** Opens an API on an own database, with its queue there too unless told otherwise. */
export async function openApi(options: ApiOptions = {}): Promise<ApiUnderTest> {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = options.databaseUrl ?? opened.use(await createTestDatabase()).url;
  const direct = opened.use(connectDatabase(databaseUrl, { name: 'test', connections: 4 }));
  const database = opened.use(openRequestDatabase(databaseUrl, options.deadlines ?? PATIENT));
  const queue = opened.use(connectQueue(options.queueUrl ?? databaseUrl, { role: 'producer' }));
  const budget = opened.use(openBudget(options.queueUrl ?? databaseUrl));
  const logged: Record<string, unknown>[] = [];
  const stop = new AbortController();
  const give: Enqueue = (jobs, how) => enqueue(queue, jobs, how);
  const deps = assemble({
    database,
    enqueue: give,
    queue,
    budget,
    logger: createLogger('debug', { write: (line) => void logged.push(JSON.parse(line)) }),
    adminKey: ADMIN_KEY,
    vault: options.vault ?? testVault,
    publicUrl: options.publicUrl,
    find: (name) => options.connectors?.find((one) => one.name === name) ?? findConnector(name),
    stopping: stop.signal,
    ...(options.claude !== undefined && { claude: options.claude }),
    ...(options.now !== undefined && { now: options.now }),
    ...(options.admission !== undefined && { admission: options.admission }),
  });
  const app = createApp(deps);
  opened.defer(() => deps.hints.drain(5_000));
  const keep = opened.move();
  return {
    db: direct.db,
    databaseUrl,
    queue,
    deps,
    logged,
    stop,
    ask: async (path, init) => app.request(path, init),
    async send(path, sent) {
      const answer = await app.request(path, requestOf(sent));
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: parsed(text), text };
    },
    makeKey: (scopes, source = 'api') => createApiKey(direct.db, { name: 'a test', scopes, source, actor: 'test' }),
    [Symbol.asyncDispose]: () => keep.disposeAsync(),
  };
}

function requestOf({ method, key = ADMIN_KEY, headers = {}, body, signal }: Sent = {}): RequestInit {
  const authorization = key === null ? {} : { Authorization: `Bearer ${key}` };
  const init = signal === undefined ? {} : { signal };
  if (body === undefined) return { ...init, method: method ?? 'GET', headers: { ...authorization, ...headers } };
  return {
    ...init,
    method: method ?? 'POST',
    headers: { ...authorization, 'Content-Type': 'application/json', ...lengthOf(body), ...headers },
    body: isRaw(body) ? body : JSON.stringify(body),
    duplex: 'half',
  };
}

/** Senders of JSON announce its length. */
function lengthOf(body: unknown): Record<string, string> {
  return isRaw(body) ? {} : { 'Content-Length': String(Buffer.byteLength(JSON.stringify(body))) };
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
