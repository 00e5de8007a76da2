import { findDelivery } from '@usher/db/list-deliveries';
import { ensureSource } from '@usher/db/sources';
import { openVault } from '@usher/db/vault';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from './api-under-test.ts';

const api = await openApi();
await ensureSource(api.db, 'shop');
afterAll(() => api[Symbol.asyncDispose]());

const Made = z.object({ id: z.number(), secret: z.string().startsWith('whsec_') });

async function make(changed: Record<string, unknown> = {}) {
  const { status, body } = await api.send('/v1/endpoints', { body: { url: 'https://example.com/hook', ...changed } });
  expect(status).toBe(201);
  return Made.parse(body);
}

test('an endpoint is made with a secret that is shown once, and listed without it', async () => {
  const { id, secret } = await make({ source: 'shop', description: 'The shop' });
  const one = await api.send(`/v1/endpoints/${id}`);
  expect(one.body).toEqual({
    id,
    url: 'https://example.com/hook',
    description: 'The shop',
    events: ['ticket.decided', 'ticket.corrected', 'ticket.failed'],
    source: 'shop',
    disabled_at: null,
    disabled_why: null,
    old_secret_until: null,
    created_at: expect.any(String),
  });
  const all = await api.send('/v1/endpoints');
  expect(all.body).toEqual({ endpoints: [one.body] });
  expect(all.text).not.toContain(secret.slice('whsec_'.length));
});

test('an endpoint is changed, disabled, enabled and removed', async () => {
  const { id } = await make();
  const patch = (body: unknown) => api.send(`/v1/endpoints/${id}`, { method: 'PATCH', body });
  expect(await patch({ events: ['ticket.failed', 'ticket.failed'], source: 'shop', disabled: true })).toMatchObject({
    status: 200,
    body: { events: ['ticket.failed'], source: 'shop', disabled_why: 'by_hand', disabled_at: expect.any(String) },
  });
  expect(await patch({ disabled: false, source: null })).toMatchObject({
    body: { events: ['ticket.failed'], source: null, disabled_why: null, disabled_at: null },
  });
  expect(await patch({})).toMatchObject({ status: 200 });
  expect((await api.send(`/v1/endpoints/${id}`, { method: 'DELETE' })).status).toBe(204);
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
    ['POST', '/test'],
  ] as const) {
    const answer = await api.send(`/v1/endpoints/${id}${path}`, { method });
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'unknown_endpoint' }]);
  }
  expect((await patch({ disabled: true })).status).toBe(404);
});

test('a new secret is shown once while the old one counts for as long as was asked', async () => {
  const { id, secret } = await make();
  const { body } = await api.send(`/v1/endpoints/${id}/rotate?keep_hours=1`, { method: 'POST' });
  const rotated = Made.extend({ old_secret_until: z.iso.datetime() }).parse(body);
  expect(rotated.secret).not.toBe(secret);
  const hours = (Date.parse(rotated.old_secret_until) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(0.9);
  expect(hours).toBeLessThan(1.1);
  const at_once = await api.send(`/v1/endpoints/${id}/rotate?keep_hours=0`, { method: 'POST' });
  expect(at_once.body).toMatchObject({ old_secret_until: null });
});

test('a test is a delivery that can be looked at', async () => {
  const { id } = await make();
  const { status, body } = await api.send(`/v1/endpoints/${id}/test`, { method: 'POST' });
  expect(status).toBe(202);
  const { delivery } = z.object({ delivery: z.number() }).parse(body);
  expect(await findDelivery(api.db, delivery)).toMatchObject({
    endpointId: id,
    event: 'endpoint.test',
    state: 'pending',
  });
});

test.each([
  [{ url: 'http://example.com/' }, 'url'],
  [{ url: 'https://10.0.0.1/' }, 'url'],
  [{ url: 5 }, 'url'],
  [{}, 'url'],
  [{ url: 'https://example.com/', events: [] }, 'events'],
  [{ url: 'https://example.com/', events: ['ticket.lost'] }, 'events[0]'],
  [{ url: 'https://example.com/', source: 'ghost' }, 'source'],
  [{ url: 'https://example.com/', secret: 'mine' }, 'secret'],
])('the endpoint %j is refused, naming %s', async (body, field) => {
  const answer = await api.send('/v1/endpoints', { body });
  expect([answer.status, answer.body]).toMatchObject([422, { code: 'invalid', errors: [{ field }] }]);
});

test('without a key for secrets none can be made, which says what to do', async () => {
  await using keyless = await openApi({ vault: openVault(undefined) });
  const { status, body } = await keyless.send('/v1/endpoints', { body: { url: 'https://example.com/hook' } });
  expect([status, body]).toMatchObject([
    409,
    { code: 'secret_key_missing', detail: expect.stringContaining('openssl') },
  ]);
});
