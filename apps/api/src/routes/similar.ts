import { createRoute, z } from '@hono/zod-openapi';
import { findTicket } from '@usher/db/find-ticket';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { awayProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const Similar = z
  .object({
    similar: z
      .array(
        z.object({
          id: z.number().int(),
          source: z.string(),
          ticket_id: z.string(),
          subject: z.string(),
          excerpt: z.string().describe('The beginning of its text.'),
          category: z.string(),
          subcategory: z.string().nullable(),
          known_by: z
            .enum(['correction', 'accepted', 'audit', 'closed', 'history'])
            .describe('How it became known what it was.'),
          likeness: z.number().describe('How much of this ticket it holds, rare words counting most: 0 to 1.'),
        }),
      )
      .describe('Most similar first, four at most.'),
  })
  .openapi('SimilarTickets');

export const getSimilar = createRoute({
  method: 'get',
  path: '/v1/tickets/{id}/similar',
  operationId: 'listSimilarTickets',
  tags: ['Tickets'],
  summary: 'Show tickets like this one of which it is known what they were',
  description:
    'Looks through the newest 5,000 tickets that somebody corrected, confirmed or closed, or that came with a label.',
  security: needs('agent'),
  request: { params: TicketPath },
  responses: {
    200: json('They may be none.', Similar),
    ...keyProblems,
    404: problem('There is no such ticket.'),
    ...awayProblem,
  },
});

/** Adds the route that shows what similar tickets were. */
export function addSimilar(api: Api, { authenticate, database, similarTickets }: Deps): void {
  api.openapi({ ...getSimilar, middleware: guard(authenticate, getSimilar.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const ticket = await database.quick((db) => findTicket(db, ticketIdOf(id)));
    if (ticket === undefined) throw unknownTicket(id);
    const found = await similarTickets.like(ticket);
    const similar = found.map(({ externalId, provenance, ...one }) => {
      return { ...one, ticket_id: externalId, known_by: provenance };
    });
    return c.json({ similar }, 200);
  });
}
