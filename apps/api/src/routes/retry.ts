import { createRoute, z } from '@hono/zod-openapi';
import { UnreadReason } from '@usher/core/decide';
import { findTicket } from '@usher/db/find-ticket';
import { RETRIED_AT_ONCE, retryUnread } from '@usher/db/unread-tickets';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const MAX_BYTES = 4_096;
/** Hints that are given at once; the feeder finds the rest. */
const HINTED = 100;

/** Which tickets are tried again. */
export const RetryChoice = z.strictObject({
  reason: UnreadReason.optional().describe('Only those about which nothing was predicted for this reason.'),
});

const Retried = z
  .object({
    retried: z.number().int(),
    may_be_more: z.boolean().describe(`At most ${RETRIED_AT_ONCE} are tried again at a time; then ask again.`),
  })
  .openapi('Retried');

const description =
  'For tickets that wait for a person because no engine said anything: none could be reached, the money was spent, or the answer was ' +
  'of no use. The same text becomes a new revision, so that what was decided before stays in its history.';

export const postRetry = createRoute({
  method: 'post',
  path: '/v1/tickets/{id}/retry',
  operationId: 'retryTicket',
  tags: ['Tickets'],
  summary: 'Let engines try again on a ticket about which nothing was predicted',
  description,
  security: needs('ops'),
  request: { params: TicketPath },
  responses: {
    202: json('It waits for an engine again.', Retried),
    ...keyProblems,
    404: problem('There is no such ticket.'),
    409: problem('Something was predicted about it, or somebody decided it.'),
    ...awayProblem,
  },
});

export const postRetries = createRoute({
  method: 'post',
  path: '/v1/tickets/retry',
  operationId: 'retryTickets',
  tags: ['Tickets'],
  summary: 'Let engines try again on all tickets about which nothing was predicted',
  description,
  security: needs('ops'),
  request: { body: body('RetryChoice') },
  responses: {
    202: json('They wait for an engine again.', Retried),
    ...keyProblems,
    ...bodyProblems,
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the routes by which engines try again. */
export function addRetry(api: Api, { authenticate, database, hints }: Deps): void {
  const guards = [guard(authenticate, postRetries.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postRetries, middleware: guards }, async (c) => {
    const { reason } = await readBody(c, RetryChoice);
    const { actor } = c.var.grant;
    const jobs = await database.slow((db) => retryUnread(db, { reason }, actor));
    hints.give(jobs.slice(0, HINTED));
    return c.json({ retried: jobs.length, may_be_more: jobs.length === RETRIED_AT_ONCE }, 202);
  });

  api.openapi({ ...postRetry, middleware: guard(authenticate, postRetry.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const { actor } = c.var.grant;
    const ticket = await database.quick((db) => findTicket(db, ticketIdOf(id)));
    if (ticket === undefined) throw unknownTicket(id);
    const jobs = await database.quick((db) => retryUnread(db, { ticketId: ticket.id }, actor));
    if (jobs.length === 0) throw nothingToRetry();
    hints.give(jobs);
    return c.json({ retried: jobs.length, may_be_more: false }, 202);
  });
}

function nothingToRetry(): Problem {
  const detail = 'Something was predicted about this ticket, or somebody decided it: there is nothing to try again.';
  return new Problem({ status: 409, code: 'nothing_to_retry', detail });
}
