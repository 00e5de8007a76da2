import { createRoute, z } from '@hono/zod-openapi';
import { BulkReview } from '@usher/core/review';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { problemOf } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';
import { aboutTicket } from './review-verdict.ts';

const MAX_BYTES = 65_536;

const Outcome = z.object({
  id: z.string(),
  status: z.enum(['accepted', 'refused']),
  code: z
    .string()
    .nullable()
    .describe('Why it was refused: `claimed`, `changed`, `decided_before`, `unknown_ticket`, `ticket_removed`, …'),
  detail: z.string().nullable(),
});
type Outcome = z.infer<typeof Outcome>;

const BulkReviewed = z
  .object({ accepted: z.number().int(), outcomes: z.array(Outcome).describe('In the order of the request.') })
  .openapi('BulkReviewed');

export const postReviewBulk = createRoute({
  method: 'post',
  path: '/v1/review/bulk',
  operationId: 'acceptReviews',
  tags: ['Review'],
  summary: 'Accept the suggestions of several waiting tickets',
  description:
    'Each ticket stands for itself: what somebody else looks at, or what changed since it was seen, is refused and the others are accepted.',
  security: needs('agent'),
  request: { body: body('BulkReview') },
  responses: {
    200: json('What became of each.', BulkReviewed),
    ...keyProblems,
    ...bodyProblems,
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the route on which agents accept several suggestions at once. */
export function addReviewBulk(api: Api, deps: Deps): void {
  const middleware = [guard(deps.authenticate, postReviewBulk.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postReviewBulk, middleware }, async (c) => {
    const { accept } = await readBody(c, BulkReview);
    const outcomes: Outcome[] = [];
    for (const { id, category } of accept) {
      const given = { id, seen: category, verdict: { action: 'accept', note: null }, grant: c.var.grant } as const;
      outcomes.push(await outcomeOf(id, aboutTicket(given, deps)));
    }
    const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
    return c.json({ accepted, outcomes }, 200);
  });
}

async function outcomeOf(id: string, reviewing: Promise<unknown>): Promise<Outcome> {
  try {
    await reviewing;
    return { id, status: 'accepted', code: null, detail: null };
  } catch (thrown) {
    const problem = problemOf(thrown);
    // What keeps from every ticket is said once.
    if (problem === undefined || problem.status >= 500) throw thrown;
    const { code, message: detail } = problem;
    return { id, status: 'refused', code, detail };
  }
}
