import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Authorisation } from '@usher/core/connectors/connector';
import { get, set } from '@usher/core/connectors/request';
import { openHelpdesk } from '@usher/helpdesk/helpdesk';
import { describe, expect, test } from 'vitest';

const { signal } = new AbortController();

interface Asked {
  line: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server whose answers are given, and what it was asked. */
async function startServer(answer: (asked: Asked, count: number) => [number, unknown, Record<string, string>?]) {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const one = {
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      asked.push(one);
      const [status, body, headers] = answer(one, asked.length);
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const open = (authorisation: Authorisation, credentials: Record<string, string> = {}) =>
    openHelpdesk(
      { api: { authorisation, headers: { 'x-version': '2' } }, baseUrl: `http://127.0.0.1:${port}`, credentials },
      { outbound: 'any', resolve: async () => ['127.0.0.1'], deadlineMs: 5_000 },
    );
  return {
    asked,
    open,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const bearer: Authorisation = { kind: 'header', name: 'authorization', value: 'Bearer {key}' };

describe('A call to a helpdesk', () => {
  test('carries the credentials where the vendor wants them, and JSON', async () => {
    await using server = await startServer(() => [200, { ok: true }]);
    const first = server.open(
      { kind: 'basic', user: '{email}/token', password: '{token}' },
      { email: 'a@b', token: 't' },
    );
    expect(await first.ask([get('/tickets/1')], signal)).toEqual([{ ok: true }]);
    await server.open(bearer, { key: 'k' }).send(set('PUT', '/tickets/1', { a: 1 }), signal);
    expect(server.asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('a@b/token:t').toString('base64')}`,
      'x-version': '2',
    });
    expect(server.asked[1]).toMatchObject({
      line: 'PUT /tickets/1',
      body: '{"a":1}',
      headers: { authorization: 'Bearer k' },
    });
  });

  test('that is refused says the status and when to come again, and nothing after it is sent', async () => {
    await using server = await startServer(() => [429, { secret: 'of a customer' }, { 'retry-after': '7' }]);
    const asking = server.open(bearer, { key: 'k' }).ask([get('/tickets/1?token=x'), get('/tickets/2')], signal);
    await expect(asking).rejects.toMatchObject({
      code: 'helpdesk_refused',
      status: 429,
      retry: { afterMs: 7_000 },
      message: 'the helpdesk answered 429 to GET /tickets/1 (too many calls)',
    });
    expect(server.asked).toHaveLength(1);
  });

  test('follows no redirect, and takes what is no JSON for nothing', async () => {
    await using server = await startServer((_, count) =>
      count === 1 ? [302, '', { location: 'http://127.0.0.1:9/' }] : [200, '<html>'],
    );
    const desk = server.open(bearer, { key: 'k' });
    expect(await desk.send(get('/x'), signal)).toMatchObject({ status: 302, body: null });
    expect(await desk.send(get('/x'), signal)).toMatchObject({ status: 200, body: null });
  });

  test('that reaches nobody says so and quotes nothing', async () => {
    const desk = openHelpdesk(
      { api: { authorisation: bearer }, baseUrl: 'https://desk.example', credentials: { key: 'k' } },
      { outbound: 'public', resolve: async () => ['10.0.0.7'], deadlineMs: 1_000 },
    );
    await expect(desk.send(get('/x'), signal)).rejects.toMatchObject({
      code: 'helpdesk_unreachable',
      message: expect.stringMatching(/its host leads to 10\.0\.0\.7, which is not a public address/),
    });
  });
});

describe('A client of OAuth2', () => {
  const client: Authorisation = { kind: 'oauth2', tokenPath: '/token', clientId: '{id}', clientSecret: '{secret}' };
  const credentials = { id: 'app', secret: 's' };

  test('gets one token for many calls, and a new one when the old is refused', async () => {
    let tokens = 0;
    let isRevoked = false;
    await using server = await startServer(({ line, headers }) => {
      if (line === 'POST /token') return [200, { access_token: `t${++tokens}`, expires_in: 3_600 }];
      return [isRevoked && headers.authorization === 'Bearer t1' ? 401 : 200, { by: headers.authorization }];
    });
    const desk = server.open(client, credentials);
    await Promise.all([desk.send(get('/a'), signal), desk.send(get('/b'), signal)]);
    isRevoked = true;
    expect(await desk.send(get('/c'), signal)).toMatchObject({ status: 200, body: { by: 'Bearer t2' } });
    expect(tokens).toBe(2);
    expect(server.asked[0]?.body).toBe('grant_type=client_credentials&client_id=app&client_secret=s');
  });

  test('whose credentials are wrong says so', async () => {
    await using server = await startServer(() => [401, {}]);
    await expect(server.open(client, credentials).send(get('/a'), signal)).rejects.toThrow(
      'the helpdesk answered 401 to POST /token (the credentials are wrong or were revoked)',
    );
  });
});
