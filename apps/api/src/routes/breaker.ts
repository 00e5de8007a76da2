import { createRoute, z } from '@hono/zod-openapi';
import { Duration } from '@usher/core/duration';
import { storable } from '@usher/core/ticket';
import { closeByHand, openByHand } from '@usher/db/breaker-by-hand';
import { breakerName, listBreakers } from '@usher/db/breakers';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { knownAccounts } from '../now/look.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { Breakers, showBreaker } from '../view/breaker.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 4_096;
const MOST_MS = 30 * 86_400_000;

const why = z
  .string()
  .transform((text) => storable(text).trim())
  .pipe(z.string().min(1, 'must say why').max(500))
  .describe('Why, for whoever looks.');

/** What somebody does with the breaker toward Claude. */
export const BreakerOrder = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('open'),
    why,
    for: Duration.prefault('1h')
      .refine((ms) => ms > 0 && ms <= MOST_MS, 'must be longer than nothing and at most 30d')
      .describe('How long nobody calls, such as `30m`; one call at a time probes afterwards.'),
  }),
  z.strictObject({ action: z.literal('close'), why }),
]);

const Answer = z.object({ breakers: Breakers }).openapi('BreakersNow');

export const postBreaker = createRoute({
  method: 'post',
  path: '/v1/breaker',
  operationId: 'orderBreaker',
  tags: ['Operation'],
  summary: 'Let nobody call Claude for a while, or let the fleet go on',
  description:
    'While it is open tickets wait, and are decided without Claude once they may wait no longer. Workers follow within about a second.',
  security: needs('ops'),
  request: { body: body('BreakerOrder') },
  responses: {
    200: json('How the breakers stand.', Answer),
    ...keyProblems,
    ...bodyProblems,
    409: problem('Nobody has called Claude, and there is no key that says who would.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the route that opens and closes the breaker toward Claude by hand. */
export function addBreaker(api: Api, { authenticate, claude, database, events }: Deps): void {
  const middleware = [guard(authenticate, postBreaker.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postBreaker, middleware }, async (c) => {
    const order = await readBody(c, BreakerOrder);
    const { actor } = c.var.grant;
    if (order.action === 'close') {
      await database.quick((db) => closeByHand(db, { why: order.why, actor }));
    } else {
      const known = await database.quick(listBreakers);
      const names = new Set([...known.map(({ name }) => name), ...knownAccounts(claude, known).map(breakerName)]);
      if (names.size === 0) throw nobodyCalls();
      await database.quick((db) => openByHand(db, [...names], { forMs: order.for, why: order.why, actor }));
    }
    events.breakerOrdered({ action: order.action, why: order.why, actor });
    return c.json({ breakers: (await database.quick(listBreakers)).map(showBreaker) }, 200);
  });
}

function nobodyCalls(): Problem {
  const detail = 'Nobody has called Claude yet, and ANTHROPIC_API_KEY does not say whose calls to stop.';
  return new Problem({ status: 409, code: 'no_account', detail });
}
