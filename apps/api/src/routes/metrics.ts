import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import type { Api } from './api.ts';

export const getMetrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'scrape',
  tags: ['Operation'],
  summary: 'Figures for Prometheus',
  description:
    'Open to whoever can reach the port: there is no ticket text, name or key in it. Keep it inside your network.',
  responses: { 200: { description: 'The figures.', content: { 'text/plain': { schema: z.string() } } } },
});

/** Adds the figures for Prometheus. */
export function addMetrics(api: Api, { metrics }: Deps): void {
  api.openapi(getMetrics, async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'Content-Type': metrics.registry.contentType }),
  );
}
