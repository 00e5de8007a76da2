import { createRoute, z } from '@hono/zod-openapi';
import { lockQueues, unlockQueues } from '@usher/db/queues-lock';
import type { SignedIn } from '@usher/db/sessions';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { shown, ShownMoment } from '../view/moment.ts';
import { awayProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

/** Milliseconds for which Bull Board may change queues after somebody said so. */
const UNLOCKED_MS = 10 * 60_000;

const Lock = z
  .object({
    unlocked_until: ShownMoment.nullable().describe('Until when Bull Board may change queues; null if it may not.'),
  })
  .openapi('QueuesLock');

const path = '/ops/queues/unlock';
const tags = ['Operation'];
const security = needs('ops');
const noSession = { 409: problem('A key has no session to unlock.') };
const responses = { 200: json('How it stands.', Lock), ...keyProblems, ...awayProblem };

export const getUnlock = createRoute({
  method: 'get',
  path,
  operationId: 'showQueuesLock',
  tags,
  summary: 'Whether Bull Board may change queues in this session',
  security,
  responses,
});

export const postUnlock = createRoute({
  method: 'post',
  path,
  operationId: 'unlockQueues',
  tags,
  summary: 'Let Bull Board change queues in this session, for 10 minutes',
  security,
  responses: { ...responses, ...noSession },
});

export const deleteUnlock = createRoute({
  method: 'delete',
  path,
  operationId: 'lockQueues',
  tags,
  summary: 'Let Bull Board only show the queues again',
  security,
  responses: { ...responses, ...noSession },
});

/** Adds the routes by which somebody who is signed in allows Bull Board to change queues. */
export function addBoardLock(api: Api, { authenticate, database }: Deps): void {
  const middleware = guard(authenticate, security);
  api.openapi({ ...getUnlock, middleware }, (c) => {
    const until = c.var.grant.signedIn?.queuesUnlockedUntil ?? null;
    return c.json({ unlocked_until: until && shown(until) }, 200);
  });

  api.openapi({ ...postUnlock, middleware }, async (c) => {
    const { actor } = c.var.grant;
    const { sessionId } = sessionOf(c.var.grant.signedIn);
    const until = await database.quick((db) => unlockQueues(db, { sessionId, actor, forMs: UNLOCKED_MS }));
    return c.json({ unlocked_until: until && shown(until) }, 200);
  });

  api.openapi({ ...deleteUnlock, middleware }, async (c) => {
    const { actor } = c.var.grant;
    const { sessionId } = sessionOf(c.var.grant.signedIn);
    await database.quick((db) => lockQueues(db, { sessionId, actor }));
    return c.json({ unlocked_until: null }, 200);
  });
}

function sessionOf(signedIn: SignedIn | null): SignedIn {
  if (signedIn !== null) return signedIn;
  const detail = 'Bull Board changes queues in the name of somebody who is signed in; a key may use `usher` instead.';
  throw new Problem({ status: 409, code: 'no_session', detail });
}
