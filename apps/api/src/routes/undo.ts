import { createRoute, z } from '@hono/zod-openapi';
import { findTicket } from '@usher/db/find-ticket';
import { requestUndo } from '@usher/db/write-backs';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { awayProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const Undoing = z
  .object({ ticket: z.number().int(), delivery: z.number().int().describe('Shows how taking back goes.') })
  .openapi('Undoing');

export const postUndo = createRoute({
  method: 'post',
  path: '/v1/tickets/{id}/undo',
  operationId: 'undoWriteBack',
  tags: ['Tickets'],
  summary: 'Take back what was written on a ticket in its helpdesk',
  description:
    'Team, priority, fields and tags become what they were, wherever they still are what Usher wrote; what a person set since stays. Notes stay, too. The decision itself is not changed.',
  security: needs('agent'),
  request: { params: TicketPath },
  responses: {
    202: json('A delivery takes it back.', Undoing),
    ...keyProblems,
    404: problem('There is no such ticket.'),
    409: problem('Nothing was written on this ticket.'),
    ...awayProblem,
  },
});

/** Adds the route that takes back what was written in the helpdesk. */
export function addUndo(api: Api, { authenticate, database, hints }: Deps): void {
  api.openapi({ ...postUndo, middleware: guard(authenticate, postUndo.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const { actor } = c.var.grant;
    const ticket = await database.quick((db) => findTicket(db, ticketIdOf(id)));
    if (ticket === undefined) throw unknownTicket(id);
    const deliveryId = await database.quick((db) => requestUndo(db, ticket.id, actor));
    if (deliveryId === undefined) throw nothingWritten();
    hints.give([{ name: 'deliver', payload: { deliveryId } }]);
    return c.json({ ticket: ticket.id, delivery: deliveryId }, 202);
  });
}

function nothingWritten(): Problem {
  const detail = 'Nothing of ours stands on this ticket in its helpdesk, so there is nothing to take back.';
  return new Problem({ status: 409, code: 'nothing_written', detail });
}
