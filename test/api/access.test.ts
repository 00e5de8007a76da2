import { openApiDocument } from '@usher/api/openapi';
import { Role, Scope } from '@usher/core/scope';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from './api-under-test.ts';
import { sessionOf } from './session-of.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ security: z.array(z.record(z.string(), z.array(z.string()))).optional() })),
  ),
});

/** Nobody needs to be known for these; `/webhooks` checks a signature instead. */
const OPEN = new Set([
  'GET /livez',
  'GET /metrics',
  'GET /readyz',
  'POST /v1/session',
  'POST /v1/welcome',
  'POST /webhooks/{source}',
]);

const routes = Object.entries(Document.parse(openApiDocument()).paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, { security = [] }]) => ({
    route: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path: path.replaceAll(/\{\w+\}/g, '1'),
    scopes: security.flatMap((way) => way['key'] ?? []),
    roles: security.flatMap((way) => way['session'] ?? []),
  })),
);
const closed = routes.filter(({ route }) => !OPEN.has(route));

const browsers = new Map<string, Record<string, string>>();
for (const role of Role.options) browsers.set(role, await sessionOf(api, role));

test('the routes that need nobody are these and no others', () => {
  const open = routes.filter(({ scopes }) => scopes.length === 0).map(({ route }) => route);
  expect(open.filter((route) => !OPEN.has(route))).toEqual([]);
});

test.each(closed)('$route is for nobody without a key and not signed in', async ({ method, path }) => {
  expect((await api.send(path, { method, key: null })).status).toBe(401);
});

test.each(closed)(
  '$route is for keys with $scopes and for people who are $roles',
  async ({ method, path, ...needs }) => {
    for (const scope of Scope.options) {
      const { key } = await api.makeKey([scope]);
      const isLetIn = scope === 'admin' || needs.scopes.includes(scope);
      expect([scope, (await api.send(path, { method, key, body: refused(method) })).status === 403]).toEqual([
        scope,
        !isLetIn,
      ]);
    }
    for (const role of Role.options) {
      const headers = browsers.get(role) ?? {};
      const isLetIn = role === 'admin' || needs.roles.includes(role);
      // Signing out is the one thing that would end the session of the next look.
      if (isLetIn && method === 'DELETE' && path.startsWith('/v1/session')) continue;
      const { status } = await api.send(path, { method, key: null, headers, body: refused(method) });
      expect([role, status === 403]).toEqual([role, !isLetIn]);
    }
  },
);

/** A body that no route takes, so that whoever is let in changes nothing. */
function refused(method: string): unknown {
  return method === 'GET' || method === 'DELETE' ? undefined : '{"refused":';
}
