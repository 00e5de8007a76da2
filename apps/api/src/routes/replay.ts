import { createRoute, z } from '@hono/zod-openapi';
import { Action, type Decision, DecisionReason } from '@usher/core/decide';
import { Priority } from '@usher/core/priority';
import { differences, type PastDecision, redecide } from '@usher/core/replay';
import { findTicket } from '@usher/db/find-ticket';
import { loadLocalModel, modelInForce } from '@usher/db/local-models';
import { findPastDecision } from '@usher/db/past-decisions';
import { currentThresholds } from '@usher/db/promises';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { deserialise } from '@usher/engines/local/serialise';
import { decideWith } from '@usher/engines/preview';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { awayProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { noTaxonomy } from './taxonomy.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const Side = z.object({
  action: Action,
  reason: DecisionReason,
  category: z.string().nullable(),
  subcategory: z.string().nullable(),
  routed_to: z.string(),
  priority: Priority,
  sla_hours: z.number(),
  confidence: z.number().nullable(),
  calibrated: z.boolean().nullable().describe('Whether outcomes say how often such a confidence is right.'),
  note: z.string().nullable(),
});

const Again = Side.extend({ different: z.array(z.string()).describe('What of it is not as it was.') });

const Replayed = z
  .object({
    release: z.number().int().describe('Under which it was decided.'),
    decided: Side.describe('What was decided then.'),
    today: Again.describe('The same answer of the engine, under the taxonomy and thresholds of today.'),
    local: Again.nullable().describe(
      'The local model of today; null while there is none. It may have learnt from this very ticket.',
    ),
  })
  .openapi('ReplayedTicket');

export const getReplay = createRoute({
  method: 'get',
  path: '/v1/tickets/{id}/replay',
  operationId: 'replayTicket',
  tags: ['Tickets'],
  summary: 'What would be decided about a ticket today',
  description: 'Of its newest text that an engine decided about. Changes nothing and asks nobody.',
  security: needs('agent'),
  request: { params: TicketPath },
  responses: {
    200: json('Then and today.', Replayed),
    ...keyProblems,
    404: problem('There is no such ticket.'),
    409: problem('No engine has decided it yet.'),
    ...awayProblem,
  },
});

/** Adds the route that decides about a ticket again. */
export function addReplay(api: Api, { authenticate, database }: Deps): void {
  api.openapi({ ...getReplay, middleware: guard(authenticate, getReplay.security) }, async (c) => {
    const { id } = c.req.valid('param');
    const ticket = await database.quick((db) => findTicket(db, ticketIdOf(id)));
    if (ticket === undefined) throw unknownTicket(id);
    const past = await database.quick((db) => findPastDecision(db, ticket.id));
    if (past === undefined) throw nothingToReplay();
    const published = await database.quick(currentTaxonomy);
    if (published === undefined) throw noTaxonomy(409);
    const { taxonomy } = published;
    const rules = { taxonomy, thresholds: await database.quick(currentThresholds), mode: past.mode };
    const model = await localModel(database, published.version);
    const local = model && (await decideWith(model, past, { ...rules, signal: c.req.raw.signal }));
    const today = again(past, redecide(past, rules));
    return c.json(
      { release: past.releaseId, decided: show(past.decision), today, local: local && again(past, local) },
      200,
    );
  });
}

async function localModel(database: Deps['database'], taxonomyVersion: number) {
  const id = await database.quick((db) => modelInForce(db, taxonomyVersion));
  const bytes = id === null ? undefined : await database.slow((db) => loadLocalModel(db, id));
  return bytes === undefined ? null : deserialise(bytes);
}

function again({ decision: before }: PastDecision, decision: Decision): z.infer<typeof Again> {
  return { ...show(decision), different: differences(before, decision) };
}

function show({ team, slaHours, isCalibrated, ...decision }: Decision): z.infer<typeof Side> {
  return { ...decision, routed_to: team, sla_hours: slaHours, calibrated: isCalibrated };
}

function nothingToReplay(): Problem {
  return new Problem({ status: 409, code: 'nothing_to_replay', detail: 'No engine has decided this ticket yet.' });
}
