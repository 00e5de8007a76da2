import { createRoute, z } from '@hono/zod-openapi';
import { countSamples, removeSamples } from '@usher/db/samples';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { awayProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

const Samples = z
  .object({ tickets: z.number().int().describe('How many sample tickets there are.') })
  .openapi('Samples');

const RemovedSamples = z.object({ removed: z.number().int() }).openapi('RemovedSamples');

const tags = ['Samples'];

export const getSamples = createRoute({
  method: 'get',
  path: '/v1/samples',
  operationId: 'countSamples',
  tags,
  summary: 'Count the sample tickets of the first start',
  security: needs('agent'),
  responses: { 200: json('How many there are.', Samples), ...keyProblems, ...awayProblem },
});

export const deleteSamples = createRoute({
  method: 'delete',
  path: '/v1/samples',
  operationId: 'removeSamples',
  tags,
  summary: 'Remove the sample tickets, and all that was derived from them',
  description: 'They never counted anywhere, so that no figure changes. They do not come back.',
  security: needs('admin'),
  responses: { 200: json('They are gone.', RemovedSamples), ...keyProblems, ...awayProblem },
});

/** Adds the routes about sample tickets. */
export function addSamples(api: Api, { authenticate, database }: Deps): void {
  api.openapi({ ...getSamples, middleware: guard(authenticate, getSamples.security) }, async (c) =>
    c.json({ tickets: await database.quick(countSamples) }, 200),
  );

  api.openapi({ ...deleteSamples, middleware: guard(authenticate, deleteSamples.security) }, async (c) => {
    const { actor } = c.var.grant;
    return c.json({ removed: await database.slow((db) => removeSamples(db, actor)) }, 200);
  });
}
