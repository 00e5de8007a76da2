import { createRoute } from '@hono/zod-openapi';
import { isAllowed } from '@usher/core/scope';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import { guard, type Guarded, needs } from '../guard.ts';
import { lookAtNow } from '../now/look.ts';
import { createSampler } from '../now/sampler.ts';
import { streamNow } from '../now/stream.ts';
import { readSessionCookie } from '../session-cookie.ts';
import { Now, showNow } from '../view/now.ts';
import { awayProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

const EVERY_MS = 2_000;
const security = needs('ops');

export const getNow = createRoute({
  method: 'get',
  path: '/v1/now',
  operationId: 'showNow',
  tags: ['Operation'],
  summary: 'What happens now: throughput, backlog, budget, money, breakers and failures',
  description:
    'With `Accept: text/event-stream` the answer is a stream of server-sent events: `now` with such a document every two seconds, ' +
    '`away` with a `detail` while it cannot be told, `still` where there is nothing new for ten seconds, and `ended` when the session has.',
  security,
  responses: { 200: json('How it stands.', Now), ...keyProblems, ...awayProblem },
});

/** Adds the route that shows what happens now, once or again and again. All who look share the looks of this process. */
export function addNow(api: Api, deps: Deps): void {
  const { authenticate, events, now, stopping } = deps;
  const look = createSampler({
    everyMs: EVERY_MS,
    now,
    look: async () => {
      try {
        return showNow(await lookAtNow(deps));
      } catch (thrown) {
        events.couldNotLook(thrown);
        throw thrown;
      }
    },
  });

  const streamWhereWanted: MiddlewareHandler<Guarded> = async (c, next) => {
    if (!(c.req.header('accept') ?? '').includes('text/event-stream')) return next();
    const token = c.var.grant.signedIn === null ? undefined : readSessionCookie(c);
    const mayListen = async () => {
      if (token === undefined) return true;
      const grant = await authenticate.bySession(token, { isUse: false });
      return grant !== undefined && isAllowed(grant.scopes, 'ops');
    };
    return streamNow(c, { look, mayListen, stopping });
  };

  api.openapi({ ...getNow, middleware: [guard(authenticate, security), streamWhereWanted] }, async (c) => {
    const sample = await look();
    if (sample.kind === 'failed') throw sample.thrown;
    return c.json(sample.value, 200);
  });
}
