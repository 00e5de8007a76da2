import { createRoute, z } from '@hono/zod-openapi';
import {
  listModels,
  type ModelChange,
  modelInForce,
  type ModelVersion,
  pinModel,
  rollBackModel,
  unpinModel,
} from '@usher/db/local-models';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { shown, ShownMoment } from '../view/moment.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 4_096;
const LISTED = 50;

/** What an admin does about the local model in force. */
export const ModelOrder = z.discriminatedUnion('action', [
  z.object({ action: z.literal('roll_back') }),
  z.object({ action: z.literal('use'), version: z.number().int().positive() }),
  z.object({ action: z.literal('unpin') }),
]);

const Version = z.object({
  version: z.number().int(),
  taxonomy_version: z.number().int(),
  in_force: z.boolean(),
  pinned: z.boolean(),
  state: z.enum(['accepted', 'refused', 'rolled_back']),
  reason: z.string().nullable().describe('Why it was refused or taken back.'),
  examples: z.number().int().describe('Labelled examples that it learnt from.'),
  figures: z
    .record(z.string(), z.json())
    .openapi({ type: 'object' })
    .describe('How it does on `n` texts that were held out of its training.'),
  kept: z.boolean().describe('False once its bytes were pruned.'),
  learnt_at: ShownMoment,
});

const Models = z.object({ models: z.array(Version).describe('Newest first.') }).openapi('LocalModels');
const tags = ['Learning'];

export const getModels = createRoute({
  method: 'get',
  path: '/v1/models',
  operationId: 'listModels',
  tags,
  summary: 'Show the versions of the local model',
  security: needs('ops'),
  responses: { 200: json('The versions.', Models), ...keyProblems, ...awayProblem },
});

export const postModels = createRoute({
  method: 'post',
  path: '/v1/models',
  operationId: 'orderModel',
  tags,
  summary: 'Take the local model back, or put a version in force',
  description:
    '`roll_back` returns to the version before; learning goes on, and a new version must do no worse than it. `use` pins a version ' +
    'until `unpin`. Workers follow within about a second.',
  security: needs('admin'),
  request: { body: body('ModelOrder') },
  responses: {
    200: json('The versions.', Models),
    ...keyProblems,
    ...bodyProblems,
    409: problem('There is no such version, or none to return to.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the routes that show and change the local model in force. */
export function addModels(api: Api, { authenticate, database, events }: Deps): void {
  const show = async () => {
    const models = await database.quick((db) => listModels(db, { limit: LISTED }));
    const inForce = await database.quick(async (db) => modelInForce(db, await currentTaxonomyVersion(db)));
    return { models: models.map((model) => showVersion(model, inForce)) };
  };

  api.openapi({ ...getModels, middleware: guard(authenticate, getModels.security) }, async (c) =>
    c.json(await show(), 200),
  );

  const middleware = [guard(authenticate, postModels.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postModels, middleware }, async (c) => {
    const order = await readBody(c, ModelOrder);
    const { actor } = c.var.grant;
    const change = await database.quick(async (db): Promise<ModelChange> => {
      const by = { taxonomyVersion: await currentTaxonomyVersion(db), actor };
      if (order.action === 'use') return pinModel(db, order.version, by);
      return order.action === 'roll_back' ? rollBackModel(db, by) : unpinModel(db, by);
    });
    if (change.kind !== 'changed') throw unchanged(change.kind);
    events.modelChanged({ action: order.action, localModel: change.inForce, actor });
    return c.json(await show(), 200);
  });
}

function showVersion(model: ModelVersion, inForce: number | null): z.infer<typeof Version> {
  const { id, taxonomyVersion, isPinned, state, reason, examples, figures, isKept, learntAt } = model;
  return {
    version: id,
    taxonomy_version: taxonomyVersion,
    in_force: id === inForce,
    pinned: isPinned,
    state,
    reason,
    examples,
    figures: z.record(z.string(), z.json()).catch({}).parse(figures),
    kept: isKept,
    learnt_at: shown(learntAt),
  };
}

const REASONS: Record<Exclude<ModelChange['kind'], 'changed'>, string> = {
  unknown: 'There is no such version. GET /v1/models lists them.',
  pruned: 'The bytes of this version were pruned; only newer ones can be put in force.',
  other_taxonomy: 'This version knows another taxonomy than the one in force.',
  no_other: 'There is no other accepted version for the taxonomy in force.',
};

function unchanged(kind: keyof typeof REASONS): Problem {
  return new Problem({ status: 409, code: `model_${kind}`, detail: REASONS[kind] });
}
