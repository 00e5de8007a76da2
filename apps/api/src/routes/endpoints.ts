import { createRoute, z } from '@hono/zod-openapi';
import { EndpointDraft, EndpointPatch } from '@usher/core/endpoint-draft';
import { readOutboundUrl } from '@usher/core/outbound-url';
import {
  changeEndpoint,
  createEndpoint,
  findEndpoint,
  listEndpoints,
  removeEndpoint,
  rotateSecret,
  testEndpoint,
} from '@usher/db/endpoints';
import { findSource } from '@usher/db/sources';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { invalid, Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { Endpoint, showEndpoint } from '../view/endpoint.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 65_536;
const HOUR_MS = 3_600_000;

const EndpointPath = z.object({
  id: z.coerce.number({ error: 'must be the number of an endpoint' }).int().positive(),
});
const Endpoints = z.object({ endpoints: z.array(Endpoint) }).openapi('Endpoints');
const Made = Endpoint.extend({ secret: z.string().describe('Verifies what is posted. Shown this once.') }).openapi(
  'EndpointWithSecret',
);
const Testing = z
  .object({ delivery: z.number().int().describe('Shows how the test goes: GET /v1/deliveries/{id}.') })
  .openapi('EndpointTest');

const place = { path: '/v1/endpoints', tags: ['Endpoints'], security: needs('admin') };
const one = { ...place, path: '/v1/endpoints/{id}', request: { params: EndpointPath } };
const noEndpoint = { ...invalidProblem, 404: problem('There is no such endpoint.') };
const writeProblems = { ...keyProblems, ...bodyProblems, ...invalidProblem, ...awayProblem };

export const getEndpoints = createRoute({
  ...place,
  method: 'get',
  operationId: 'listEndpoints',
  summary: 'List the endpoints that are told about decisions',
  responses: { 200: json('Oldest first.', Endpoints), ...keyProblems, ...awayProblem },
});

export const postEndpoint = createRoute({
  ...place,
  method: 'post',
  operationId: 'createEndpoint',
  summary: 'Tell an endpoint about decisions',
  description: 'Events are signed per Standard Webhooks with a secret that is made here.',
  request: { body: body('EndpointDraft') },
  responses: { 201: json('The endpoint with its secret.', Made), ...writeProblems },
});

export const getEndpoint = createRoute({
  ...one,
  method: 'get',
  operationId: 'showEndpoint',
  summary: 'Show one endpoint',
  responses: { 200: json('The endpoint.', Endpoint), ...keyProblems, ...noEndpoint, ...awayProblem },
});

export const patchEndpoint = createRoute({
  ...one,
  method: 'patch',
  operationId: 'changeEndpoint',
  summary: 'Change, disable or enable an endpoint',
  description: 'What is decided while an endpoint is disabled is never told to it.',
  request: { ...one.request, body: body('EndpointPatch') },
  responses: { 200: json('As it is now.', Endpoint), ...writeProblems, ...noEndpoint },
});

export const deleteEndpoint = createRoute({
  ...one,
  method: 'delete',
  operationId: 'removeEndpoint',
  summary: 'Take an endpoint out of use and forget its secrets',
  responses: { 204: { description: 'Removed.' }, ...keyProblems, ...noEndpoint, ...awayProblem },
});

export const rotateEndpoint = createRoute({
  ...one,
  method: 'post',
  path: '/v1/endpoints/{id}/rotate',
  operationId: 'rotateEndpointSecret',
  summary: 'Give an endpoint a new secret',
  description: 'While the old one counts, too, each event is signed with both.',
  request: {
    ...one.request,
    query: z.strictObject({ keep_hours: z.coerce.number().min(0).max(720).default(24) }),
  },
  responses: { 200: json('The endpoint with its new secret.', Made), ...keyProblems, ...noEndpoint, ...awayProblem },
});

export const postEndpointTest = createRoute({
  ...one,
  method: 'post',
  path: '/v1/endpoints/{id}/test',
  operationId: 'testEndpoint',
  summary: 'Send an endpoint a test',
  description: 'An event `endpoint.test`, also where the endpoint is disabled.',
  responses: { 202: json('It is on its way.', Testing), ...keyProblems, ...noEndpoint, ...awayProblem },
});

/** Adds the routes that manage who is told about decisions. */
export function addEndpoints(api: Api, deps: Deps): void {
  const { authenticate, database, hints, vault } = deps;
  const forAdmins = guard(authenticate, place.security);
  const withBody = [forAdmins, limitBody(MAX_BYTES)];
  const shownOne = async (id: number) => {
    const found = await database.quick((db) => findEndpoint(db, id));
    if (found === undefined) throw unknownEndpoint(id);
    return showEndpoint(found);
  };

  api.openapi({ ...getEndpoints, middleware: forAdmins }, async (c) =>
    c.json({ endpoints: (await database.quick(listEndpoints)).map(showEndpoint) }, 200),
  );
  api.openapi({ ...getEndpoint, middleware: forAdmins }, async (c) =>
    c.json(await shownOne(c.req.valid('param').id), 200),
  );
  api.openapi({ ...postEndpoint, middleware: withBody }, async (c) => {
    const { source, ...draft } = await readBody(c, EndpointDraft);
    const wanted = { ...draft, url: checkedUrl(draft.url, deps), sourceId: await sourceIdOf(source, deps) };
    const by = { vault, actor: c.var.grant.actor };
    const { id, secret } = await database.quick((db) => createEndpoint(db, wanted, by));
    return c.json({ ...(await shownOne(id)), secret }, 201);
  });
  api.openapi({ ...patchEndpoint, middleware: withBody }, async (c) => {
    const { id } = c.req.valid('param');
    const { url, source, disabled, ...patch } = await readBody(c, EndpointPatch);
    const change = {
      ...patch,
      ...(url !== undefined && { url: checkedUrl(url, deps) }),
      ...(source !== undefined && { sourceId: await sourceIdOf(source, deps) }),
      ...(disabled !== undefined && { isDisabled: disabled }),
    };
    const { actor } = c.var.grant;
    await database.quick((db) => changeEndpoint(db, id, { ...change, actor }));
    return c.json(await shownOne(id), 200);
  });
  api.openapi({ ...deleteEndpoint, middleware: forAdmins }, async (c) => {
    const { id } = c.req.valid('param');
    const { actor } = c.var.grant;
    if (!(await database.quick((db) => removeEndpoint(db, id, actor)))) throw unknownEndpoint(id);
    return c.body(null, 204);
  });
  api.openapi({ ...rotateEndpoint, middleware: forAdmins }, async (c) => {
    const { id } = c.req.valid('param');
    const by = { vault, actor: c.var.grant.actor, keepForMs: c.req.valid('query').keep_hours * HOUR_MS };
    const rotated = await database.quick((db) => rotateSecret(db, id, by));
    if (rotated === undefined) throw unknownEndpoint(id);
    return c.json({ ...(await shownOne(id)), ...rotated }, 200);
  });
  api.openapi({ ...postEndpointTest, middleware: forAdmins }, async (c) => {
    const { id } = c.req.valid('param');
    const deliveryId = await database.quick((db) => testEndpoint(db, id));
    if (deliveryId === undefined) throw unknownEndpoint(id);
    hints.give([{ name: 'deliver', payload: { deliveryId } }]);
    return c.json({ delivery: deliveryId }, 202);
  });
}

function checkedUrl(url: string, { outbound }: Deps): string {
  const read = readOutboundUrl(url, outbound);
  if (read.kind === 'refused') throw invalid([{ field: 'url', message: read.why }]);
  return read.url;
}

async function sourceIdOf(name: string | null, { database }: Deps): Promise<number | null> {
  if (name === null) return null;
  const source = await database.quick((db) => findSource(db, name));
  if (source === undefined) throw invalid([{ field: 'source', message: `there is no source ${name}` }]);
  return source.id;
}

function unknownEndpoint(id: number): Problem {
  return new Problem({ status: 404, code: 'unknown_endpoint', detail: `There is no endpoint ${id}.` });
}
