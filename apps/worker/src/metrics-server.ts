import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry with the process's own figures, without those whose names promise a counter and hold a gauge. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (/^nodejs_active_.*_total$/.test(name)) registry.removeSingleMetric(name);
  }
  return registry;
}

export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves `/livez` and `/metrics`. Rejects if the port is taken. */
export async function serveMetrics(registry: Registry, at: { hostname: string; port: number }): Promise<MetricsServer> {
  const app = new Hono();
  app.get('/livez', (context) => context.text('ok'));
  app.get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = serve({ fetch: app.fetch, ...at }, ({ port }) => resolve(port));
  server.once('error', reject);
  const port = await promise;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed.promise;
    },
  };
}
