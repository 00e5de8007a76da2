import { createRoute } from '@hono/zod-openapi';
import { TicketDraft } from '@usher/core/ticket';
import { admit } from '../admission.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { limitBody, readBody } from '../read-body.ts';
import { Decided, showDecided } from '../view/decided.ts';
import { Queued, showQueued } from '../view/receipt.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';
import { preferWait, receiveTicket } from './receive-ticket.ts';

const MAX_BYTES = 1_048_576;

export const ticketWebhook = createRoute({
  method: 'post',
  path: '/ticket-webhook',
  operationId: 'sendTicket',
  tags: ['Tickets'],
  summary: 'Take in one ticket',
  description: 'Answers 202 as soon as the ticket is stored. The body may have 1 MiB.',
  security: needs('intake'),
  parameters: [preferWait],
  request: { body: body('TicketDraft') },
  responses: {
    200: json('Decided while the sender waited (`Prefer: wait=N`).', Decided),
    202: json('Stored; the decision follows.', Queued),
    ...keyProblems,
    ...bodyProblems,
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the route to which helpdesks and programs send tickets. */
export function addTicketWebhook(api: Api, deps: Deps): void {
  const middleware = [
    guard(deps.authenticate, ticketWebhook.security),
    admit(deps.admissions.tickets, MAX_BYTES),
    limitBody(MAX_BYTES),
  ];
  api.openapi({ ...ticketWebhook, middleware }, async (c) => {
    const draft = await readBody(c, TicketDraft);
    const { receipt, decided } = await receiveTicket(c, deps, draft);
    return decided === undefined ? c.json(showQueued(receipt), 202) : c.json(showDecided(decided), 200);
  });
}
