import { createRoute, z } from '@hono/zod-openapi';
import { TicketDraft } from '@usher/core/ticket';
import type { Arrival } from '@usher/db/arrival';
import { admit } from '../admission.ts';
import type { Deps } from '../deps.ts';
import { fieldErrors } from '../field-errors.ts';
import { guard, needs } from '../guard.ts';
import { type FieldError, invalid } from '../problem.ts';
import { limitBody, parseBody, readJson } from '../read-body.ts';
import { Decided, showDecided } from '../view/decided.ts';
import { NumberedQueued, showNumberedQueued } from '../view/receipt.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';
import { preferWait, receiveTicket } from './receive-ticket.ts';

const MAX_TICKETS = 1_000;
const MAX_BYTES = 16 * 1_048_576;

/** Many tickets as they are sent; each is read on its own, so that a bad one does not keep the others out. */
const Batch = z.object({ tickets: z.array(z.unknown()).min(1).max(MAX_TICKETS) });

const Refused = z
  .object({
    ticket_id: z.string().nullable().describe('As it was sent, if it could be read.'),
    status: z.literal('refused'),
    errors: z.array(z.object({ field: z.string(), message: z.string(), allowed: z.array(z.string()).optional() })),
  })
  .openapi('Refused');

const Results = z
  .object({ results: z.array(z.union([NumberedQueued, Refused])).describe('One for each ticket, in order.') })
  .openapi('Results');

const NumberedDecided = Decided.extend({ id: z.number().int() }).openapi('NumberedDecided');

export const postTickets = createRoute({
  method: 'post',
  path: '/v1/tickets',
  operationId: 'sendTickets',
  tags: ['Tickets'],
  summary: 'Take in one ticket or many',
  description:
    'One ticket, or `{"tickets": […]}` with up to 1,000 in at most 16 MiB. Of many, those that cannot be used are ' +
    'refused one by one and the others are stored; where none can be used the answer is 422.',
  security: needs('intake'),
  parameters: [preferWait],
  request: { body: body('TicketOrTickets') },
  responses: {
    200: json('One ticket, decided while the sender waited (`Prefer: wait=N`).', NumberedDecided),
    202: json('Stored; the decisions follow.', z.union([NumberedQueued, Results])),
    ...keyProblems,
    ...bodyProblems,
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the route to which programs send one ticket or many. */
export function addTicketsIntake(api: Api, deps: Deps): void {
  const middleware = [
    guard(deps.authenticate, postTickets.security),
    admit(deps.admissions.tickets, MAX_BYTES),
    limitBody(MAX_BYTES),
  ];
  api.openapi({ ...postTickets, middleware }, async (c) => {
    const sent = await readJson(c);
    if (isBatch(sent)) {
      const { tickets } = parseBody(sent, Batch);
      return c.json({ results: await receiveBatch(tickets, c.var.grant.sourceId, deps) }, 202);
    }
    const { receipt, decided } = await receiveTicket(c, deps, parseBody(sent, TicketDraft));
    if (decided === undefined) return c.json(showNumberedQueued(receipt), 202);
    return c.json({ id: decided.id, ...showDecided(decided) }, 200);
  });
}

function isBatch(sent: unknown): boolean {
  return typeof sent === 'object' && sent !== null && 'tickets' in sent;
}

type Result = z.infer<typeof Results>['results'][number];
type Read = { draft: TicketDraft } | { refused: z.infer<typeof Refused> };

async function receiveBatch(tickets: readonly unknown[], sourceId: number, deps: Deps): Promise<Result[]> {
  const read = tickets.map(readOne);
  const arrivals = read.flatMap((one): Arrival[] =>
    'draft' in one ? [{ sourceId, lane: 'live', draft: one.draft }] : [],
  );
  const refusals = read.flatMap((one) => ('refused' in one ? [one.refused] : []));
  if (refusals.length > 0) deps.events.ticketsRefused(refusals.length);
  if (arrivals.length === 0) throw invalid(refusals.flatMap(({ errors }): FieldError[] => errors).slice(0, 100));
  const receipts = (await deps.intake.receiveMany(arrivals)).values();
  return read.map((one): Result => {
    if ('refused' in one) return one.refused;
    const { value } = receipts.next();
    if (value === undefined) throw new Error('a stored ticket has no receipt');
    return showNumberedQueued(value);
  });
}

function readOne(ticket: unknown, at: number): Read {
  const read = TicketDraft.safeParse(ticket);
  if (read.success) return { draft: read.data };
  const named = z.object({ ticket_id: TicketDraft.shape.ticket_id }).safeParse(ticket);
  const ticketId = named.success ? named.data.ticket_id : null;
  return { refused: { ticket_id: ticketId, status: 'refused', errors: fieldErrors(read.error, ['tickets', at]) } };
}
