import { createRoute, z } from '@hono/zod-openapi';
import { listSources } from '@usher/db/sources';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { awayProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

const Sources = z
  .object({
    sources: z.array(z.object({ name: z.string(), connector: z.string().describe('`api` for clients of the API.') })),
  })
  .openapi('Sources');

export const getSources = createRoute({
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  tags: ['Tickets'],
  summary: 'Name the sources in use',
  security: needs('agent', 'ops'),
  responses: { 200: json('Oldest first.', Sources), ...keyProblems, ...awayProblem },
});

/** Adds the route that names the sources, by which tickets and reports are narrowed. */
export function addSources(api: Api, { authenticate, database }: Deps): void {
  api.openapi({ ...getSources, middleware: guard(authenticate, getSources.security) }, async (c) => {
    const sources = (await database.quick(listSources)).map(({ name, connector }) => ({ name, connector }));
    return c.json({ sources }, 200);
  });
}
