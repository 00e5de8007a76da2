import { createRoute, z } from '@hono/zod-openapi';
import { clearLabeller, listFlaggedLabellers } from '@usher/db/labellers';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { shown, shownOrNull, ShownMoment } from '../view/moment.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { learnSoon } from './taxonomy.ts';

const MAX_BYTES = 4_096;

/** Who is right after all. */
export const LabellerCleared = z.object({
  name: z.string().min(1).max(200).describe('As GET /v1/labellers names them.'),
});

const count = z.number().int();

const Labellers = z
  .object({
    labellers: z.array(
      z.object({
        name: z.string(),
        labels: count
          .nullable()
          .describe('Labels that were compared with what the model, which had not seen them, was sure of.'),
        contradicted: count.nullable(),
        others: z.object({ labels: count, contradicted: count }).nullable(),
        flagged_at: ShownMoment,
        cleared_at: ShownMoment.nullable().describe('Null while their labels are not followed.'),
      }),
    ),
  })
  .openapi('Labellers');

const tags = ['Learning'];

export const getLabellers = createRoute({
  method: 'get',
  path: '/v1/labellers',
  operationId: 'listFlaggedLabellers',
  tags,
  summary: 'Show who contradicts everybody else, and is not followed',
  security: needs('ops'),
  responses: { 200: json('Newest first.', Labellers), ...keyProblems, ...awayProblem },
});

export const postLabellerCleared = createRoute({
  method: 'post',
  path: '/v1/labellers',
  operationId: 'clearLabeller',
  tags,
  summary: 'Say that a flagged labeller is right',
  description: 'Their labels count again, and they are not flagged any more.',
  security: needs('admin'),
  request: { body: body('LabellerCleared') },
  responses: {
    200: json('Cleared.', Labellers),
    ...keyProblems,
    ...bodyProblems,
    404: problem('Nobody of this name was flagged.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the routes about labellers. */
export function addLabellers(api: Api, { authenticate, database, hints }: Deps): void {
  api.openapi({ ...getLabellers, middleware: guard(authenticate, getLabellers.security) }, async (c) =>
    c.json(await show(database), 200),
  );

  const middleware = [guard(authenticate, postLabellerCleared.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postLabellerCleared, middleware }, async (c) => {
    const { name } = await readBody(c, LabellerCleared);
    const isCleared = await database.quick((db) => clearLabeller(db, { name, actor: c.var.grant.actor }));
    if (!isCleared)
      throw new Problem({ status: 404, code: 'unknown_labeller', detail: 'Nobody of this name was flagged.' });
    learnSoon(hints);
    return c.json(await show(database), 200);
  });
}

async function show(database: Deps['database']): Promise<z.infer<typeof Labellers>> {
  const flagged = await database.quick(listFlaggedLabellers);
  const labellers = flagged.map(({ name, figures, flaggedAt, clearedAt }) => ({
    name,
    labels: figures?.n ?? null,
    contradicted: figures?.contradicted ?? null,
    others: figures && { labels: figures.othersN, contradicted: figures.othersContradicted },
    flagged_at: shown(flaggedAt),
    cleared_at: shownOrNull(clearedAt),
  }));
  return { labellers };
}
