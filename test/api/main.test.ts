import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connectDatabase } from '@usher/db/connect';
import { findTicket } from '@usher/db/find-ticket';
import { afterAll, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { type ApiProcess, startApi } from './api-process.ts';
import { ADMIN_KEY } from './api-under-test.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const api = startApi({ DATABASE_URL: own.url });
const url = await urlOf(api);
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

async function urlOf(started: ApiProcess): Promise<string> {
  const { port } = await started.event('listening');
  return `http://127.0.0.1:${String(port)}`;
}

function post(
  to: string,
  ticketId: string,
  { prefer, signal }: { prefer?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${to}/ticket-webhook`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${ADMIN_KEY}`,
      'Content-Type': 'application/json',
      ...(prefer !== undefined && { Prefer: prefer }),
    },
    body: JSON.stringify({ ticket_id: ticketId, body: 'Two charges.' }),
    ...(signal !== undefined && { signal }),
  });
}

function isStored(externalId: string): Promise<boolean> {
  const stored = () => findTicket(database.db, { source: 'api', externalId });
  return vi.waitUntil(async () => (await stored()) !== undefined, { timeout: 10_000, interval: 10 });
}

/** Sends bytes as they are and answers everything that comes back. */
async function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  socket.on('error', () => socket.destroy());
  socket.end(bytes);
  await once(socket, 'close');
  return said;
}

test('the process serves on the port that it says it listens on', async () => {
  const { status } = await post(url, 'P-1');
  expect(status).toBe(202);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test.each([
  ['something else than HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['no host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a host that is none', 'GET /livez HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n', /400 .*request_malformed/s],
  [
    'headers beyond the limit',
    `GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    /^HTTP\/1\.1 431 /,
  ],
  [
    'a length and chunks at once',
    'POST /ticket-webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  [
    'an announced body that is too large',
    `POST /ticket-webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n`,
    /413 .*body_too_large/s,
  ],
])('%s is refused, and the process goes on', async (_name, bytes, answer) => {
  expect(await raw(bytes)).toMatch(answer);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

test('a sender who hangs up is not waited for, and the ticket is stored all the same', async () => {
  const hangUp = new AbortController();
  const asked = post(url, 'H-1', { prefer: 'wait=30', signal: hangUp.signal });
  await isStored('H-1');
  const ended = async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/_count\{method="POST",route="\/ticket-webhook",status="202"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  const before = await ended();
  hangUp.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  await vi.waitUntil(async () => (await ended()) === before + 1, { timeout: 15_000, interval: 20 });
});

test('told to stop, the process says that it is not ready, answers what is in hand and ends well', async () => {
  await using stopping = startApi({ DATABASE_URL: own.url });
  const to = await urlOf(stopping);
  const asked = post(to, 'S-1', { prefer: 'wait=30' });
  await isStored('S-1');
  stopping.child.kill('SIGTERM');
  await stopping.event('stopping');
  const ready = await fetch(`${to}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { reasons: ['The process is stopping.'] }]);
  expect((await asked).status).toBe(202);
  expect(await stopping.exitCode()).toBe(0);
  expect(stopping.logged.at(-1)).toMatchObject({ event: 'stopped' });
  expect(stopping.complaints()).toBe('');
});

test.each([
  ['an error that nobody catches', 'throw error'],
  ['a rejection that nobody handles', 'void Promise.reject(error)'],
])('%s is logged without its message, and the process ends as failed', async (_name, fail) => {
  const fault = `process.on('SIGUSR2', () => { const error = new TypeError('secret'); ${fail}; });`;
  const preload = `--import=data:text/javascript;base64,${Buffer.from(fault).toString('base64')}`;
  await using faulty = startApi({ DATABASE_URL: own.url, NODE_OPTIONS: preload });
  await faulty.event('listening');
  faulty.child.kill('SIGUSR2');
  expect(await faulty.exitCode()).toBe(1);
  expect(faulty.logged.at(-1)).toMatchObject({ event: 'unexpected_end', error: { name: 'TypeError' } });
  expect(faulty.complaints() + JSON.stringify(faulty.logged)).not.toContain('secret');
});

test('settings that cannot be used are all listed, and the process does not start', async () => {
  await using bad = startApi({ DATABASE_URL: 'mysql://x', PORT: 'many', USHER_API_KEY: 'short' });
  expect(await bad.exitCode()).toBe(1);
  for (const name of ['DATABASE_URL', 'PORT', 'USHER_API_KEY']) expect(bad.complaints()).toContain(`- ${name}: `);
  expect(bad.complaints()).not.toContain('    at ');
});

test('without a database to use the process does not start, and says so', async () => {
  await using bad = startApi({});
  expect(await bad.exitCode()).toBe(1);
  expect(bad.complaints()).toContain('DATABASE_URL');
});

test('on a port that is taken the process does not start, and says so', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  await using bad = startApi({ DATABASE_URL: own.url, PORT: port });
  expect(await bad.exitCode()).toBe(1);
  expect(bad.complaints()).toContain('EADDRINUSE');
  taken.close();
});
