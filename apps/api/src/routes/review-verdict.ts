import { createRoute, z } from '@hono/zod-openapi';
import { CorrectionDraft } from '@usher/core/correct';
import type { CategorisedDecision } from '@usher/core/decide';
import { ReviewVerdict } from '@usher/core/review';
import { correctTicket } from '@usher/db/correct-ticket';
import { findTicket, type StoredTicket } from '@usher/db/find-ticket';
import { recordAuditVerdict } from '@usher/db/record-audit';
import { otherHolder, releaseAudit, releaseTicket } from '@usher/db/review';
import type { Grant } from '../authenticate.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { invalid, Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { readDecision, remind } from './corrections.ts';
import { TicketPath, ticketIdOf, unknownTicket } from './ticket-id.ts';

const MAX_BYTES = 65_536;
const AUDIT = /^audit-(\d{1,15})$/;

const Reviewed = z
  .object({
    id: z.string(),
    status: z.enum(['accepted', 'corrected', 'audited', 'passed']),
    category: z.string().nullable(),
    subcategory: z.string().nullable(),
    routed_to: z.string().nullable().describe('Team that has the ticket now; null where that was not changed here.'),
  })
  .openapi('Reviewed');
type Reviewed = z.infer<typeof Reviewed>;

export const postReview = createRoute({
  method: 'post',
  path: '/v1/review/{id}',
  operationId: 'answerReview',
  tags: ['Review'],
  summary: 'Accept or correct an item of the review queue, or give it back',
  description:
    'Accepting and correcting route the ticket and teach the engines. A blind audit takes `correct` with a category, or `pass`.',
  security: needs('agent'),
  request: { params: TicketPath, body: body('ReviewVerdict') },
  responses: {
    200: json('Done.', Reviewed),
    ...keyProblems,
    ...bodyProblems,
    404: problem('There is no such item.'),
    409: problem('Somebody else has it or was quicker, or no taxonomy is published yet.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the route on which agents answer. */
export function addReviewVerdict(api: Api, deps: Deps): void {
  const middleware = [guard(deps.authenticate, postReview.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postReview, middleware }, async (c) => {
    const verdict = await readBody(c, ReviewVerdict);
    const { id } = c.req.valid('param');
    const audit = AUDIT.exec(id)?.[1];
    const given = { verdict, grant: c.var.grant, id };
    const reviewed = await (audit === undefined
      ? aboutTicket(given, deps)
      : aboutAudit({ ...given, auditId: Number(audit) }, deps));
    return c.json(reviewed, 200);
  });
}

interface Given {
  id: string;
  verdict: ReviewVerdict;
  grant: Grant;
  /** The category that was seen; whatever it is now, where it is absent. */
  seen?: string;
}

/** Does what a person says about a waiting ticket. Throws the Problem that says why it cannot be done. */
export async function aboutTicket({ id, verdict, grant, seen }: Given, deps: Deps): Promise<Reviewed> {
  const { database } = deps;
  const agent = grant.actor;
  const ticket = await database.quick((db) => findTicket(db, ticketIdOf(id)));
  if (ticket === undefined) throw unknownTicket(id);
  const ticketId = ticket.id;
  const holder = await database.quick((db) => otherHolder(db, { ticketId, agent }));
  if (holder !== null) throw claimedByOther();
  if (verdict.action === 'pass') {
    await database.quick((db) => releaseTicket(db, { ticketId, agent }));
    return { id, status: 'passed', category: null, subcategory: null, routed_to: null };
  }
  if (ticket.state !== 'triaged' && ticket.state !== 'suggested') throw decidedBefore();
  if (seen !== undefined && ticket.category !== seen) throw changedMeanwhile();
  const decision = await decisionOf(verdict, ticket, deps);
  const by = { actorKind: grant.kind, actor: agent, note: verdict.note };
  const corrected = await database.quick((db) => correctTicket(db, { ticketId, decision, by, mode: deps.mode }));
  await database.quick((db) => releaseTicket(db, { ticketId, agent }));
  deps.events.ticketCorrected({ ticketId, outcome: corrected.reason, category: decision.category, actor: agent });
  remind(corrected, deps);
  return { id, status: corrected.reason, ...shownDecision(decision) };
}

async function aboutAudit({ id, verdict, grant, auditId }: Given & { auditId: number }, deps: Deps): Promise<Reviewed> {
  const agent = grant.actor;
  if (verdict.action === 'pass') {
    await deps.database.quick((db) => releaseAudit(db, { auditId, agent }));
    return { id, status: 'passed', category: null, subcategory: null, routed_to: null };
  }
  if (verdict.action === 'accept') {
    const message = 'a blind audit shows no suggestion to accept: answer with correct and a category, or pass';
    throw invalid([{ field: 'action', message, allowed: ['correct', 'pass'] }]);
  }
  const decision = await readDecision(verdict, { category: null }, deps);
  const by = { actorKind: grant.kind, actor: agent };
  const outcome = await deps.database.quick((db) => recordAuditVerdict(db, { auditId, decision, by }));
  if (outcome.kind !== 'judged') throw notJudged(outcome.kind, id);
  remind(outcome, deps);
  const { category, subcategory } = decision;
  // Not where the ticket is now: the next audit is to be judged as blindly as this one.
  return { id, status: 'audited', category, subcategory, routed_to: null };
}

function notJudged(kind: 'unknown' | 'judged_before' | 'claimed', id: string): Problem {
  if (kind === 'claimed') return claimedByOther();
  if (kind === 'judged_before') return decidedBefore();
  return new Problem({ status: 404, code: 'unknown_audit', detail: `There is no audit ${id}.` });
}

async function decisionOf(
  verdict: Exclude<ReviewVerdict, { action: 'pass' }>,
  ticket: StoredTicket,
  deps: Deps,
): Promise<CategorisedDecision> {
  if (verdict.action === 'correct') return readDecision(verdict, ticket, deps);
  const { category, subcategory } = ticket;
  if (category !== null)
    return readDecision(CorrectionDraft.parse({ category, subcategory, note: verdict.note }), ticket, deps);
  const message = 'nothing was suggested for this ticket: answer with correct and a category, or pass';
  throw invalid([{ field: 'action', message, allowed: ['correct', 'pass'] }]);
}

function shownDecision({ category, subcategory, team }: CategorisedDecision): Omit<Reviewed, 'id' | 'status'> {
  return { category, subcategory, routed_to: team };
}

function claimedByOther(): Problem {
  const detail = 'Somebody else looks at this now. Ask for the next one with POST /v1/review/next.';
  return new Problem({ status: 409, code: 'claimed', detail });
}

function changedMeanwhile(): Problem {
  const detail = 'Something else is suggested by now. Look at it again.';
  return new Problem({ status: 409, code: 'changed', detail });
}

function decidedBefore(): Problem {
  const detail = 'This no longer waits for a person. Ask for the next one with POST /v1/review/next.';
  return new Problem({ status: 409, code: 'decided_before', detail });
}
