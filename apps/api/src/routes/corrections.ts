import { createRoute, z } from '@hono/zod-openapi';
import { correct, CorrectionDraft, type ReadCorrection } from '@usher/core/correct';
import type { CategorisedDecision } from '@usher/core/decide';
import type { Job } from '@usher/core/jobs';
import { Priority } from '@usher/core/priority';
import { type Corrected, correctTicket } from '@usher/db/correct-ticket';
import { findStanding, type Standing } from '@usher/db/standing';
import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { invalid } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { learnSoon, noTaxonomy } from './taxonomy.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const MAX_BYTES = 65_536;

const Correction = z
  .object({
    id: z.number().int().describe('Number of the correction.'),
    ticket_id: z.string(),
    status: z.enum(['corrected', 'accepted']).describe('`accepted` where the ticket had this category already.'),
    category: z.string(),
    subcategory: z.string().nullable(),
    routed_to: z.string().nullable().describe('Team that has the ticket now; null in shadow mode.'),
    priority: Priority,
    sla_hours: z.number(),
    note: z.string().nullable(),
  })
  .openapi('Correction');

export const postCorrection = createRoute({
  method: 'post',
  path: '/v1/tickets/{id}/corrections',
  operationId: 'correctTicket',
  tags: ['Tickets'],
  summary: 'Say that a ticket is another category',
  description: 'Routes the ticket again and teaches the engines.',
  security: needs('agent'),
  request: { params: TicketPath, body: body('CorrectionDraft') },
  responses: {
    201: json('Routed again.', Correction),
    ...keyProblems,
    ...bodyProblems,
    404: problem('There is no such ticket.'),
    409: problem('No taxonomy is published yet.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the route on which people and programs correct. */
export function addCorrections(api: Api, deps: Deps): void {
  const { authenticate, database, events } = deps;
  const middleware = [guard(authenticate, postCorrection.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postCorrection, middleware }, async (c) => {
    const draft = await readBody(c, CorrectionDraft);
    const { id } = c.req.valid('param');
    const standing = await database.quick((db) => findStanding(db, ticketIdOf(id)));
    if (standing === undefined) throw unknownTicket(id);
    const decision = await readDecision(draft, standing, deps);
    const { actor, kind: actorKind } = c.var.grant;
    const { ticketId } = standing;
    const by = { actorKind, actor, note: draft.note };
    const corrected = await database.quick((db) => correctTicket(db, { ticketId, decision, by, mode: deps.mode }));
    const outcome = corrected.reason;
    events.ticketCorrected({ ticketId, outcome, category: decision.category, actor });
    remind(corrected, deps);
    return c.json({ ...showCorrection({ standing, decision, corrected }), status: outcome }, 201);
  });
}

/** The decision that a person's choice gives, read against the taxonomy in force. Throws the Problem that says what is allowed. */
export async function readDecision(
  draft: CorrectionDraft,
  standing: Pick<Standing, 'category'>,
  deps: Deps,
): Promise<CategorisedDecision> {
  const published = await deps.database.quick(currentTaxonomy);
  if (published === undefined) throw noTaxonomy(409);
  const read = correct(draft, published.taxonomy, standing.category);
  if (read.kind === 'unknown') throw unknownKey(read);
  return read.decision;
}

function unknownKey({
  field,
  given,
  allowed,
}: Extract<ReadCorrection, { kind: 'unknown' }>): ReturnType<typeof invalid> {
  const known = allowed.length === 0 ? 'the category has none' : `known are ${allowed.join(', ')}`;
  return invalid([{ field, message: `there is no ${field} "${given}"; ${known}`, allowed }]);
}

/** Reminds the workers to tell the helpdesk and to learn. */
export function remind({ deliveryIds }: Pick<Corrected, 'deliveryIds'>, { hints }: Deps): void {
  hints.give(deliveryIds.map((deliveryId): Job => ({ name: 'deliver', payload: { deliveryId } })));
  learnSoon(hints);
}

interface Made {
  standing: Standing;
  decision: CategorisedDecision;
  corrected: Corrected;
}

function showCorrection({ standing, decision, corrected }: Made): Omit<z.infer<typeof Correction>, 'status'> {
  const { category, subcategory, team, priority, slaHours, note } = decision;
  return {
    id: corrected.correctionId,
    ticket_id: standing.externalId,
    category,
    subcategory,
    routed_to: corrected.state === 'shadowed' ? null : team,
    priority,
    sla_hours: slaHours,
    note,
  };
}
