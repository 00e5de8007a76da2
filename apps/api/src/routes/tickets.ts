import { createRoute, z } from '@hono/zod-openapi';
import { Basis } from '@usher/core/reports/report';
import { Key } from '@usher/core/taxonomy';
import { Moment, storable, TicketState } from '@usher/core/ticket';
import { findTicket, ticketHistory } from '@usher/db/find-ticket';
import { listTickets } from '@usher/db/list-tickets';
import { writeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { History, showHistory } from '../view/history.ts';
import { ListedTicket, showListed } from '../view/ticket.ts';
import { awayProblem, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { PageQuery } from './page.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const Filter = z.strictObject({
  state: TicketState.optional(),
  team: Key.optional(),
  category: Key.optional(),
  predicted: Key.optional().describe('What the engine predicted for the newest text, also in shadow mode.'),
  truth: Key.optional().describe('What somebody said that the newest text is about.'),
  basis: Basis.default('judged').describe(
    'Whose word `truth` is, as in the report of accuracy: with `assumed`, silence agrees with `predicted`; with `audit`, ' +
      'what a blind audit of any text of the ticket said.',
  ),
  source: z.string().max(200).transform(storable).optional(),
  search: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(200)
    .transform(storable)
    .optional()
    .describe("The ticket's id in its source, or a part of the subject of one of the newest 20,000 tickets."),
  q: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(200)
    .transform(storable)
    .optional()
    .describe(
      'Words of the subject, or of the body of one of the newest 1,000 tickets; "quoted" ones stand together, -one is missing, and or means either. Older tickets are found once they are decided.',
    ),
  received_from: Moment.transform((text) => new Date(text)).optional(),
  received_before: Moment.transform((text) => new Date(text)).optional(),
  ...PageQuery.shape,
});

const Page = z
  .object({
    tickets: z.array(ListedTicket).describe('Newest first.'),
    next_cursor: z.string().nullable().describe('Leads to the next page; null on the last.'),
  })
  .openapi('TicketPage');

const Ticket = ListedTicket.extend({
  body: z.string(),
  metadata: z.record(z.string(), z.json()).openapi({ type: 'object' }),
  history: History,
}).openapi('Ticket');

export const getTickets = createRoute({
  method: 'get',
  path: '/v1/tickets',
  operationId: 'listTickets',
  tags: ['Tickets'],
  summary: 'List tickets',
  security: needs('agent'),
  request: { query: Filter },
  responses: { 200: json('A page of tickets.', Page), ...keyProblems, ...invalidProblem, ...awayProblem },
});

export const getTicket = createRoute({
  method: 'get',
  path: '/v1/tickets/{id}',
  operationId: 'showTicket',
  tags: ['Tickets'],
  summary: 'Show one ticket with its whole history',
  security: needs('agent'),
  request: { params: TicketPath },
  responses: {
    200: json('The ticket.', Ticket),
    ...keyProblems,
    404: problem('There is no such ticket.'),
    ...awayProblem,
  },
});

/** Adds the routes that show tickets. */
export function addTickets(api: Api, deps: Deps): void {
  const { authenticate, database } = deps;

  api.openapi({ ...getTickets, middleware: guard(authenticate, getTickets.security) }, async (c) => {
    const { received_from, received_before, cursor, limit, q: words, ...filter } = c.req.valid('query');
    const oneMore = {
      receivedFrom: received_from,
      receivedBefore: received_before,
      beforeId: cursor,
      words,
      limit: limit + 1,
    };
    const found = await database.slow((db) => listTickets(db, { ...filter, ...oneMore }));
    const tickets = found.slice(0, limit);
    const last = tickets.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return c.json({ tickets: tickets.map(showListed), next_cursor: hasMore ? writeCursor(last.id) : null }, 200);
  });

  api.openapi({ ...getTicket, middleware: guard(authenticate, getTicket.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const ticket = await database.quick((db) => findTicket(db, ticketIdOf(id)));
    if (ticket === undefined) throw unknownTicket(id);
    const history = await database.quick((db) => ticketHistory(db, ticket.id));
    const { body, metadata } = ticket;
    return c.json({ ...showListed(ticket), body, metadata, history: showHistory(history) }, 200);
  });
}
