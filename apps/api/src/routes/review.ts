import { createRoute, z } from '@hono/zod-openapi';
import { NextReview, ReviewFilter } from '@usher/core/review';
import { claimNextAudit, claimNextTicket, countReview, listReview } from '@usher/db/review';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { limitBody, readBody } from '../read-body.ts';
import { ReviewItem, showAudit, showWaiting } from '../view/review-item.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 4_096;
const MAX_ITEMS = 100;

/** Milliseconds for which an agent has a ticket to themselves; asking for the next one again prolongs it. */
const CLAIM_MS = 5 * 60_000;

const count = z.number().int();

const Queue = z
  .object({
    waiting: z
      .object({ triage: count, suggest: count, audit: count })
      .describe('How much waits in all, whoever looks at it now.'),
    items: z
      .array(ReviewItem)
      .describe('Tickets that nobody else looks at now, most urgent first. Audits are only given one by one.'),
  })
  .openapi('ReviewQueue');

const Next = z.object({ item: ReviewItem.nullable().describe('Null when nothing waits.') }).openapi('NextReviewItem');

export const getReview = createRoute({
  method: 'get',
  path: '/v1/review',
  operationId: 'listReview',
  tags: ['Review'],
  summary: 'Show what waits for a person',
  description: 'Claims nothing: to work on a ticket, ask for the next one.',
  security: needs('agent'),
  request: {
    query: z.strictObject({
      ...ReviewFilter.shape,
      limit: z.coerce.number({ error: 'must be a whole number' }).int().min(1).max(MAX_ITEMS).default(20),
    }),
  },
  responses: { 200: json('The queue.', Queue), ...keyProblems, ...invalidProblem, ...awayProblem },
});

export const postReviewNext = createRoute({
  method: 'post',
  path: '/v1/review/next',
  operationId: 'takeNextReview',
  tags: ['Review'],
  summary: 'Take the next item of the review queue',
  description:
    'The item is yours for five minutes: nobody else gets it. Asking again gives the same one until it is answered.',
  security: needs('agent'),
  request: { body: body('NextReview') },
  responses: { 200: json('The item.', Next), ...keyProblems, ...bodyProblems, ...invalidProblem, ...awayProblem },
});

/** Adds the routes on which agents find their work. */
export function addReview(api: Api, { authenticate, database }: Deps): void {
  api.openapi({ ...getReview, middleware: guard(authenticate, getReview.security) }, async (c) => {
    const { limit, ...filter } = c.req.valid('query');
    const { actor: agent } = c.var.grant;
    const waiting = await database.slow(countReview);
    const tickets = await database.slow((db) => listReview(db, { agent, limit, filter }));
    return c.json({ waiting, items: tickets.map((ticket) => showWaiting(ticket, null)) }, 200);
  });

  const middleware = [guard(authenticate, postReviewNext.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postReviewNext, middleware }, async (c) => {
    const { kind, besides, filter } = await readBody(c, NextReview);
    const by = { agent: c.var.grant.actor, forMs: CLAIM_MS };
    if (kind === 'audit') {
      const audit = await database.quick((db) => claimNextAudit(db, by));
      return c.json({ item: audit === undefined ? null : showAudit(audit) }, 200);
    }
    const held = besides.flatMap((id) => (/^\d{1,15}$/.test(id) ? Number(id) : []));
    const claimed = await database.quick((db) => claimNextTicket(db, { ...by, besides: held, filter }));
    return c.json({ item: claimed === undefined ? null : showWaiting(claimed.ticket, claimed) }, 200);
  });
}
