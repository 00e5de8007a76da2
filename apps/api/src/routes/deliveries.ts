import { createRoute, z } from '@hono/zod-openapi';
import type { Job } from '@usher/core/jobs';
import { OutboundEvent } from '@usher/core/outbound-event';
import { SourceName } from '@usher/core/source-name';
import { Moment, storable } from '@usher/core/ticket';
import {
  type DeliveryFilter,
  findDelivery,
  listDeliveries,
  type ListedDelivery,
  REPLAYED_AT_ONCE,
  replayDeliveries,
} from '@usher/db/list-deliveries';
import { deliveryStates } from '@usher/db/schema/operations';
import { writeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { Delivery, showDelivery } from '../view/delivery.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { PageQuery } from './page.ts';
import { ticketIdOf } from './ticket-id.ts';

const MAX_BYTES = 65_536;

const Event = z.enum([...OutboundEvent.options, 'ticket.undone', 'endpoint.test']);
const DeliveryId = z.coerce.number({ error: 'must be the number of a delivery' }).int().positive();
const DeliveryPath = z.object({ id: DeliveryId });

/** What both lists and replays choose by. */
const choice = {
  event: Event.optional(),
  source: SourceName.optional(),
  endpoint: z
    .union([z.literal('helpdesk'), z.coerce.number().int().positive()], {
      error: 'must be the number of an endpoint, or helpdesk',
    })
    .optional()
    .describe('Number of an endpoint, or `helpdesk` for deliveries to the helpdesks of sources.'),
  created_from: Moment.transform((text) => new Date(text)).optional(),
  created_before: Moment.transform((text) => new Date(text)).optional(),
};

const Filter = z.strictObject({
  state: z.enum(deliveryStates).optional(),
  ...choice,
  ticket: z.string().max(400).transform(storable).optional().describe('`42` or `api:T-1`.'),
  ...PageQuery.shape,
});

/** Which deliveries a replay puts back: those that were given up, unless another state is named. */
export const ReplayRange = z.strictObject({
  state: z.enum(['dead', 'delivered']).default('dead'),
  ...choice,
  from_id: DeliveryId.optional(),
  to_id: DeliveryId.optional(),
});

const Listed = Delivery.extend({ source: z.string().nullable(), ticket_id: z.string().nullable() }).openapi(
  'ListedDelivery',
);

const Page = z
  .object({ deliveries: z.array(Listed).describe('Newest first.'), next_cursor: z.string().nullable() })
  .openapi('DeliveryPage');

const Replayed = z
  .object({
    replayed: z.number().int(),
    may_be_more: z.boolean().describe(`At most ${REPLAYED_AT_ONCE} are put back at a time; then ask again.`),
  })
  .openapi('Replayed');

const noDelivery = { 404: problem('There is no such delivery.') };

export const getDeliveries = createRoute({
  method: 'get',
  path: '/v1/deliveries',
  operationId: 'listDeliveries',
  tags: ['Deliveries'],
  summary: 'List deliveries',
  security: needs('ops'),
  request: { query: Filter },
  responses: { 200: json('A page of deliveries.', Page), ...keyProblems, ...invalidProblem, ...awayProblem },
});

export const getDelivery = createRoute({
  method: 'get',
  path: '/v1/deliveries/{id}',
  operationId: 'showDelivery',
  tags: ['Deliveries'],
  summary: 'Show one delivery',
  security: needs('ops'),
  request: { params: DeliveryPath },
  responses: { 200: json('The delivery.', Listed), ...keyProblems, ...noDelivery, ...invalidProblem, ...awayProblem },
});

export const replayDelivery = createRoute({
  method: 'post',
  path: '/v1/deliveries/{id}/replay',
  operationId: 'replayDelivery',
  tags: ['Deliveries'],
  summary: 'Try a delivery again, at once and from the beginning',
  description: 'The receiver gets the same id and the same body, so that it can tell a repetition.',
  security: needs('ops'),
  request: { params: DeliveryPath },
  responses: { 202: json('It is due now.', Listed), ...keyProblems, ...noDelivery, ...invalidProblem, ...awayProblem },
});

export const replayRange = createRoute({
  method: 'post',
  path: '/v1/deliveries/replay',
  operationId: 'replayDeliveries',
  tags: ['Deliveries'],
  summary: 'Try all deliveries of a range again',
  security: needs('ops'),
  request: { body: body('ReplayRange') },
  responses: {
    202: json('They are due now.', Replayed),
    ...keyProblems,
    ...bodyProblems,
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the routes that show what the outside was told, and tell it again. */
export function addDeliveries(api: Api, { authenticate, database, hints }: Deps): void {
  api.openapi({ ...getDeliveries, middleware: guard(authenticate, getDeliveries.security) }, async (c) => {
    const { limit, cursor, state, ticket, ...chosen } = c.req.valid('query');
    const filter = { ...filterOf(chosen), state, ticket: ticket === undefined ? undefined : ticketIdOf(ticket) };
    const found = await database.slow((db) => listDeliveries(db, filter, { limit: limit + 1, beforeId: cursor }));
    const deliveries = found.slice(0, limit);
    const last = deliveries.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return c.json({ deliveries: deliveries.map(showListed), next_cursor: hasMore ? writeCursor(last.id) : null }, 200);
  });

  api.openapi({ ...getDelivery, middleware: guard(authenticate, getDelivery.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const found = await database.quick((db) => findDelivery(db, id));
    if (found === undefined) throw unknownDelivery(id);
    return c.json(showListed(found), 200);
  });

  const rangeGuards = [guard(authenticate, replayRange.security), limitBody(MAX_BYTES)];
  api.openapi({ ...replayRange, middleware: rangeGuards }, async (c) => {
    const { state, from_id: fromId, to_id: toId, ...chosen } = await readBody(c, ReplayRange);
    const { actor } = c.var.grant;
    const filter = { ...filterOf(chosen), state, fromId, toId };
    const replayed = await database.slow((db) => replayDeliveries(db, filter, actor));
    // The sweep finds the rest; it is not the queue that must hold a large range.
    hints.give(replayed.slice(0, 100).map(jobOf));
    return c.json({ replayed: replayed.length, may_be_more: replayed.length === REPLAYED_AT_ONCE }, 202);
  });

  api.openapi({ ...replayDelivery, middleware: guard(authenticate, replayDelivery.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const { actor } = c.var.grant;
    hints.give((await database.quick((db) => replayDeliveries(db, { fromId: id, toId: id }, actor))).map(jobOf));
    const found = await database.quick((db) => findDelivery(db, id));
    if (found === undefined) throw unknownDelivery(id);
    return c.json(showListed(found), 202);
  });
}

type Chosen = Partial<Pick<z.output<typeof ReplayRange>, keyof typeof choice>>;

function filterOf({ event, source, endpoint, created_from, created_before }: Chosen): DeliveryFilter {
  return { event, source, endpoint, createdFrom: created_from, createdBefore: created_before };
}

function showListed(row: ListedDelivery): z.infer<typeof Listed> {
  return { ...showDelivery(row), source: row.source, ticket_id: row.externalId };
}

function jobOf(deliveryId: number): Job {
  return { name: 'deliver', payload: { deliveryId } };
}

function unknownDelivery(id: number): Problem {
  return new Problem({ status: 404, code: 'unknown_delivery', detail: `There is no delivery ${id}.` });
}
