import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createApp } from '@usher/api/app';
import { createDoor } from '@usher/api/door';
import { serve, type Serving } from '@usher/api/serve';
import { connectors } from '@usher/core/connectors/registry';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { samplesOf } from '../support/connector-samples.ts';
import { makeSource, posted, type Posted } from '../support/incoming-webhooks.ts';
import { ADMIN_KEY, type ApiUnderTest, openApi } from './api-under-test.ts';

let api: ApiUnderTest;
let server: Serving;
let sql: postgres.Sql;
beforeAll(async () => {
  api = await openApi({ admission: { requests: 3, bytes: 100_000, waiting: 2, waitMs: 300 } });
  sql = postgres(api.databaseUrl, { max: 1 });
  const limits = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  const door = createDoor(api.deps.admissions, api.deps.events);
  server = await serve(createApp(api.deps).fetch, { host: '127.0.0.1', port: 0, limits, door });
});
afterAll(async () => {
  await server.stop(0);
  await sql.end();
  await api[Symbol.asyncDispose]();
});

const patiently = { timeout: 15_000, interval: 20 };

function ticket(id: string, body = 'Two charges.') {
  return fetch(`http://127.0.0.1:${server.port}/ticket-webhook`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ticket_id: id, body }),
  });
}

function webhook({ path, headers, body }: Posted) {
  const json = { 'Content-Type': 'application/json', ...headers };
  return fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', headers: json, body });
}

async function untilRefused(id: string): Promise<Response> {
  return vi.waitFor(async () => {
    const answer = await ticket(id);
    expect(answer.status).toBe(503);
    return answer;
  }, patiently);
}

describe('While Postgres stores nothing', () => {
  test('what waits in vain for room is answered 503 with Retry-After, and comes through later', async () => {
    expect((await ticket('b-0')).status).toBe(202);
    await using lock = await holdTickets();
    const within = ['b-1', 'b-2', 'b-3'].map((id) => ticket(id));
    const answer = await untilRefused('b-4');
    expect(answer.headers.get('retry-after')).toMatch(/^[1-3]$/);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'overloaded', status: 503 });
    await lock[Symbol.asyncDispose]();
    expect((await Promise.all(within)).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await ticket('b-4')).status).toBe(202);
    const refused = await api.deps.metrics.overloaded.get();
    expect(refused.values[0]?.value).toBeGreaterThanOrEqual(1);
  });

  test('what comes while there is no room waits in line, is stored as soon as there is, and no line grows', async () => {
    await using lock = await holdTickets();
    const within = ['q-1', 'q-2', 'q-3'].map((id) => ticket(id));
    await untilRefused('q-4');
    // Three are in hand; of these five, two may wait, and the others are refused without waiting.
    const crowd = ['q-5', 'q-6', 'q-7', 'q-8', 'q-9'].map((id) => ticket(id));
    const refused: number[] = [];
    for (const one of crowd) void one.then(({ status }) => refused.push(status));
    await vi.waitFor(() => expect(refused.length).toBeGreaterThanOrEqual(3), patiently);
    expect(new Set(refused)).toEqual(new Set([503]));
    await lock[Symbol.asyncDispose]();
    expect((await Promise.all(within)).map(({ status }) => status)).toEqual([202, 202, 202]);
    const statuses = new Set((await Promise.all(crowd)).map(({ status }) => status));
    expect([...statuses].every((status) => status === 202 || status === 503)).toBe(true);
  });

  test("helpdesks' webhooks are bounded too, apart from those who have a key", async () => {
    await using lock = await holdTickets();
    const [connector] = connectors;
    const sample = connector && samplesOf(connector.name).find(({ readings }) => Object(readings[0]).kind === 'ticket');
    if (connector === undefined || sample === undefined) throw new Error('there is no sample of a new ticket');
    const source = await makeSource(api.db, connector);
    const send = () => webhook(posted(connector, source, sample, { origin: `http://127.0.0.1:${server.port}` }));
    const within = [send(), send(), send()];
    await vi.waitFor(async () => expect((await send()).status).toBe(503), patiently);
    const withKey = ticket('k-1');
    await lock[Symbol.asyncDispose]();
    expect((await withKey).status).toBe(202);
    expect((await Promise.all(within)).map(({ status }) => status)).toEqual([202, 202, 202]);
  });

  test('large bodies are bounded by their bytes', async () => {
    await using lock = await holdTickets();
    const large = ticket('l-1', 'x'.repeat(90_000));
    await vi.waitFor(async () => expect((await ticket('l-2', 'x'.repeat(20_000))).status).toBe(503), patiently);
    await lock[Symbol.asyncDispose]();
    expect((await large).status).toBe(202);
  });
});

test('callers who wait for a decision leave room for others', async () => {
  const waiting = new AbortController();
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json', Prefer: 'wait=30' };
  const url = `http://127.0.0.1:${server.port}/ticket-webhook`;
  const callers = ['w-1', 'w-2', 'w-3', 'w-4', 'w-5'].map((id) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify({ ticket_id: id, body: 'x' }), signal: waiting.signal }),
  );
  await vi.waitFor(async () => {
    const [row] = await sql`select count(*)::int from tickets where external_id like 'w-%'`;
    expect(row?.['count']).toBeGreaterThanOrEqual(3);
  }, patiently);
  await vi.waitFor(async () => expect((await ticket('w-9')).status).toBe(202), patiently);
  waiting.abort();
  await Promise.allSettled(callers);
});

test.each([
  ['headers', 'POST /ticket-webhook HTTP/1.1\r\nHost: x\r\n'],
  [
    'a body',
    `POST /ticket-webhook HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"ticket_id"`,
  ],
])('a sender of %s who never finishes is cut off', async (_, start) => {
  const { socket, received } = await open();
  socket.write(start);
  await once(socket, 'close');
  expect(received()).toMatch(/^HTTP\/1\.1 408 /);
});

test('headers beyond 16 KB are refused with 431', async () => {
  const { socket, received } = await open();
  socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  await once(socket, 'close');
  expect(received()).toMatch(/^HTTP\/1\.1 431 /);
});

async function open(): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, received: () => text };
}

/** Keeps everybody else from writing tickets until it is disposed of. */
async function holdTickets(): Promise<AsyncDisposable> {
  const released = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = sql.begin(async (tx) => {
    await tx`lock table tickets in exclusive mode`;
    held.resolve();
    await released.promise;
  });
  await held.promise;
  return {
    async [Symbol.asyncDispose]() {
      released.resolve();
      await holding;
    },
  };
}
