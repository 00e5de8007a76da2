import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createApp } from '@usher/api/app';
import { serve, type Serving } from '@usher/api/serve';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, type ApiUnderTest, openApi } from './api-under-test.ts';

let api: ApiUnderTest;
let server: Serving;
let sql: postgres.Sql;
beforeAll(async () => {
  api = await openApi({ admission: { requests: 3, bytes: 100_000 } });
  sql = postgres(api.databaseUrl, { max: 1 });
  const limits = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  server = await serve(createApp(api.deps).fetch, { host: '127.0.0.1', port: 0, limits });
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

describe('While Postgres stores nothing', () => {
  test('what goes beyond the bound is answered at once with 503 and Retry-After, and comes through later', async () => {
    expect((await ticket('b-0')).status).toBe(202);
    await using lock = await holdTickets();
    const within = ['b-1', 'b-2', 'b-3'].map((id) => ticket(id));
    await vi.waitFor(async () => {
      const answer = await ticket('b-4');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await answer.json()).toMatchObject({ code: 'overloaded', status: 503 });
    }, patiently);
    await lock[Symbol.asyncDispose]();
    expect((await Promise.all(within)).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await ticket('b-4')).status).toBe(202);
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
  expect((await ticket('w-9')).status).toBe(202);
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
