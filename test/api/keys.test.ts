import { revokeApiKey } from '@usher/db/api-keys';
import type { Scope } from '@usher/core/scope';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { ADMIN_KEY, openApi } from './api-under-test.ts';

let now = 0;
const api = await openApi({ now: () => now });
afterAll(() => api[Symbol.asyncDispose]());

const TICKET = { ticket_id: 'T-1', body: 'Two charges.' };

const ROUTES: { method: string; path: string; needs: Scope[]; body?: unknown }[] = [
  { method: 'POST', path: '/ticket-webhook', needs: ['intake'], body: TICKET },
  { method: 'POST', path: '/v1/tickets', needs: ['intake'], body: TICKET },
  { method: 'GET', path: '/v1/tickets', needs: ['agent'] },
  { method: 'GET', path: '/v1/tickets/1', needs: ['agent'] },
  { method: 'POST', path: '/v1/tickets/1/corrections', needs: ['agent'], body: { category: 'billing' } },
  { method: 'GET', path: '/v1/reports/accuracy', needs: ['agent', 'ops'] },
  { method: 'GET', path: '/v1/taxonomy', needs: ['intake', 'agent', 'ops'] },
  { method: 'PUT', path: '/v1/taxonomy', needs: [], body: {} },
];
const SCOPES: Scope[] = ['intake', 'agent', 'ops', 'admin'];

test.each(ROUTES)(
  '$method $path lets in whom it should and tells the others what they need',
  async ({ needs, ...sent }) => {
    for (const scope of SCOPES) {
      const { key } = await api.makeKey([scope]);
      const { status, body, headers } = await api.send(sent.path, { ...sent, key });
      const isLetIn = scope === 'admin' || needs.includes(scope);
      expect([scope, status === 403]).toEqual([scope, !isLetIn]);
      if (isLetIn) continue;
      const needed = needs.length === 0 ? ['admin'] : needs;
      expect(body).toMatchObject({
        code: 'scope_missing',
        needed,
        detail: expect.stringContaining(needed.join(' or ')),
      });
      expect(headers.get('WWW-Authenticate')).toContain('insufficient_scope');
    }
  },
);

test.each(ROUTES)('$method $path needs a key', async ({ needs: _needs, ...sent }) => {
  const { status, body, headers } = await api.send(sent.path, { ...sent, key: null });
  expect([status, body]).toMatchObject([401, { code: 'key_missing' }]);
  expect(headers.get('WWW-Authenticate')).toBe('Bearer realm="usher"');
});

test.each([`Basic ${ADMIN_KEY}`, 'Bearer', 'Bearer ', `Bearer ${ADMIN_KEY} more`, ADMIN_KEY])(
  'Authorization: %s is not a key',
  async (authorization) => {
    const { status, body } = await api.send('/v1/tickets', { key: null, headers: { Authorization: authorization } });
    expect([status, body]).toMatchObject([401, { code: 'key_missing' }]);
  },
);

test.each(['unknown', `${ADMIN_KEY}x`, ADMIN_KEY.slice(1), `usher_${'A'.repeat(43)}`, 'x'.repeat(10_000)])(
  'the key %s is not known',
  async (key) => {
    const { status, body, headers } = await api.send('/v1/tickets', { key });
    expect([status, body]).toMatchObject([401, { code: 'key_unknown' }]);
    expect(headers.get('WWW-Authenticate')).toContain('invalid_token');
  },
);

test('the word Bearer may be written as one likes', async () => {
  const { status } = await api.send('/v1/tickets', { key: null, headers: { Authorization: `bearer  ${ADMIN_KEY}` } });
  expect(status).toBe(200);
});

test('a revoked key is refused within five seconds', async () => {
  const { id, key } = await api.makeKey(['agent']);
  expect((await api.send('/v1/tickets', { key })).status).toBe(200);
  await revokeApiKey(api.db, { keyId: id, actor: 'test' });
  expect((await api.send('/v1/tickets', { key })).status).toBe(200);
  now += 5_000;
  expect((await api.send('/v1/tickets', { key })).status).toBe(401);
});

test('a key that was refused a moment ago works as soon as it is known', async () => {
  const { id, key } = await api.makeKey(['agent']);
  await revokeApiKey(api.db, { keyId: id, actor: 'test' });
  expect((await api.send('/v1/tickets', { key })).status).toBe(401);
  const sql = postgres(api.databaseUrl, { max: 1 });
  await sql`update api_keys set revoked_at = null where id = ${id}`;
  await sql.end();
  expect((await api.send('/v1/tickets', { key })).status).toBe(200);
});

test('no key, and nothing of a ticket, stands in the log', async () => {
  const { key } = await api.makeKey(['intake']);
  await api.send('/ticket-webhook', {
    key,
    body: { ticket_id: 'secret-id', subject: 'secret subject', body: 'secret body' },
  });
  await api.send('/ticket-webhook', { key, body: '{"ticket_id": "secret-id", secret' });
  await api.send('/v1/tickets/api:secret-id', { key: 'secret-unknown-key' });
  await api.deps.hints.drain(10_000);
  const log = JSON.stringify(api.logged);
  expect(log).toContain('ticket_received');
  expect(log).not.toContain('secret');
  expect(log).not.toContain(key);
  expect(log).not.toContain(ADMIN_KEY);
});
