import { createRoute, z } from '@hono/zod-openapi';
import { PromiseState, Risk } from '@usher/core/evaluation/standing-promise';
import { Mode } from '@usher/core/release';
import { findCategory, Key } from '@usher/core/taxonomy';
import { dropPromise, listPromises, setPromise, type StoredPromise } from '@usher/db/promises';
import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { shownOrNull, ShownMoment } from '../view/moment.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { learnSoon } from './taxonomy.ts';

const MAX_BYTES = 4_096;

/** Stands for all categories in a path; no category can have this key. */
const ALL = '-';

/** The share that an admin allows to be wrong. */
export const PromiseDraft = z.object({
  risk: Risk.describe('Share that may be wrong among the automated, such as 0.05.'),
});

const share = z.number().min(0).max(1);
const Counted = z.object({ share, low: share, high: share, n: z.number().int() }).nullable();

const Promised = z
  .object({
    category: z.string().nullable().describe('Null for all categories that have no promise of their own.'),
    risk: share.describe('Share that may be wrong among the automated.'),
    state: PromiseState.describe(
      '`offered`: outcomes support the threshold. `not_offered`: too little data; the default threshold of 0.7 holds. ' +
        '`withdrawn`: more turned out wrong than was promised, and nothing is automated until outcomes support it again.',
    ),
    threshold: share.nullable().describe('Confidence from which on decisions are automated; null unless offered.'),
    known: z.number().int().nullable().describe('Outcomes that are known; null before the first look at them.'),
    wrong: Counted.describe(
      'Wrong ones among the known outcomes that reach the threshold, with a 95 % interval; null of none.',
    ),
    overruled: Counted.describe('Overruled ones among the automated that reach it: at least so many are wrong.'),
    set_by: z.string(),
    changed_at: ShownMoment.nullable(),
    checked_at: ShownMoment.nullable(),
  })
  .openapi('Promise');

const Promises = z
  .object({
    promises: z.array(Promised),
    mode: Mode.describe(
      'What is done with decisions, as USHER_MODE says: `auto` acts, `suggest` proposes, `shadow` records.',
    ),
  })
  .openapi('Promises');
const path = z.object({ category: z.union([Key, z.literal(ALL)]).describe('Key of a category, or `-` for all.') });
const tags = ['Learning'];

export const getPromises = createRoute({
  method: 'get',
  path: '/v1/promises',
  operationId: 'listPromises',
  tags,
  summary: 'Show what may be wrong among the automated, and how that stands',
  security: needs('agent', 'ops'),
  responses: { 200: json('That for all categories first.', Promises), ...keyProblems, ...awayProblem },
});

export const putPromise = createRoute({
  method: 'put',
  path: '/v1/promises/{category}',
  operationId: 'setPromise',
  tags,
  summary: 'Set what may be wrong among the automated',
  description:
    'For a category, or with `-` for all that have none of their own. Workers look at the outcomes within seconds.',
  security: needs('admin'),
  request: { params: path, body: body('PromiseDraft') },
  responses: {
    200: json('All promises.', Promises),
    ...keyProblems,
    ...bodyProblems,
    404: problem('There is no such category.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

export const deletePromise = createRoute({
  method: 'delete',
  path: '/v1/promises/{category}',
  operationId: 'dropPromise',
  tags,
  summary: "Take a category's own promise away",
  security: needs('admin'),
  request: { params: path },
  responses: {
    200: json('All promises.', Promises),
    ...keyProblems,
    404: problem('The category has no promise of its own.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the routes that show and set promises. */
export function addPromises(api: Api, { authenticate, database, hints, mode }: Deps): void {
  const show = async () => ({ promises: (await database.quick(listPromises)).map(showPromise), mode });

  api.openapi({ ...getPromises, middleware: guard(authenticate, getPromises.security) }, async (c) =>
    c.json(await show(), 200),
  );

  const middleware = [guard(authenticate, putPromise.security), limitBody(MAX_BYTES)];
  api.openapi({ ...putPromise, middleware }, async (c) => {
    const { category } = c.req.valid('param');
    const { risk } = await readBody(c, PromiseDraft);
    if (category !== ALL) {
      const published = await database.quick(currentTaxonomy);
      if (published === undefined || findCategory(published.taxonomy, category) === undefined) throw unknown(category);
    }
    const { actor } = c.var.grant;
    await database.quick((db) => setPromise(db, { category: category === ALL ? null : category, risk, actor }));
    learnSoon(hints);
    return c.json(await show(), 200);
  });

  api.openapi({ ...deletePromise, middleware: guard(authenticate, deletePromise.security) }, async (c) => {
    const { category } = c.req.valid('param');
    const isDropped = await database.quick((db) => dropPromise(db, { category, actor: c.var.grant.actor }));
    if (!isDropped) throw unknown(category);
    return c.json(await show(), 200);
  });
}

function showPromise(promise: StoredPromise): z.infer<typeof Promised> {
  const { category, risk, state, threshold, evidence, setBy, changedAt, checkedAt } = promise;
  return {
    category,
    risk,
    state,
    threshold,
    known: evidence?.known ?? null,
    wrong: evidence?.wrong ?? null,
    overruled: evidence?.overruled ?? null,
    set_by: setBy,
    changed_at: shownOrNull(changedAt),
    checked_at: shownOrNull(checkedAt),
  };
}

function unknown(category: string): Problem {
  const detail = `There is no category or promise "${category}". GET /v1/promises lists them; - stands for all categories.`;
  return new Problem({ status: 404, code: 'unknown_promise', detail });
}
