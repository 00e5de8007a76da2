import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Metrics } from './metrics.ts';

/** Measures each request by its route, never by its path, which names tickets. */
export function observe({ requestSeconds }: Metrics): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const route = routePath(c, -1);
    const labels = { method: c.req.method, route: route === '/*' ? 'none' : route, status: String(c.res.status) };
    requestSeconds.observe(labels, (performance.now() - startedAt) / 1_000);
  };
}
