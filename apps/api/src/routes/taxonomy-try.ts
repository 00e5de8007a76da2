import { createRoute, z } from '@hono/zod-openapi';
import { Action, DecisionReason } from '@usher/core/decide';
import { Priority } from '@usher/core/priority';
import { Alternative } from '@usher/core/suggestion';
import { Taxonomy } from '@usher/core/taxonomy';
import { MAX_BODY, MAX_SUBJECT, storable } from '@usher/core/ticket';
import { examplesBelow, newestExample } from '@usher/db/examples';
import { currentThresholds } from '@usher/db/promises';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { createDraftTrials, type DraftTrials, type Tried } from '@usher/engines/draft-trials';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { noTaxonomy } from './taxonomy.ts';

const MAX_BYTES = 16 * 1_048_576;

/** Labels that are learnt from: enough to tell what a draft does, in seconds. */
const MOST_EXAMPLES = 3_000;

/** A trial that takes longer is given up, in milliseconds. */
const DEADLINE_MS = 25_000;

/** Each may learn in a thread of its own, so that many at once would starve everybody. */
const MOST_AT_ONCE = 2;

const NOTE =
  'By the local model, learnt from the labels known so far and from each list. Where Claude decides, its answer may differ.';

/** A text to try a draft on. */
export const TaxonomyTrial = z.object({
  taxonomy: Taxonomy.describe('The draft.'),
  subject: z.string().max(MAX_SUBJECT).transform(storable).default(''),
  body: z.string().max(MAX_BODY).transform(storable),
});

const Side = z.object({
  action: Action,
  reason: DecisionReason,
  category: z.string().nullable(),
  subcategory: z.string().nullable(),
  confidence: z.number().nullable(),
  calibrated: z.boolean().nullable().describe('Whether outcomes say how often such a confidence is right.'),
  routed_to: z.string(),
  priority: Priority,
  sla_hours: z.number(),
  note: z.string().nullable(),
  rationale: z.string().nullable(),
  alternatives: z.array(Alternative),
});

const Trial = z
  .object({
    draft: Side.describe('What the draft would decide.'),
    in_force: Side.describe('What the list in force would decide.'),
    note: z.string(),
  })
  .openapi('TaxonomyTried');

export const postTaxonomyTry = createRoute({
  method: 'post',
  path: '/v1/taxonomy/try',
  operationId: 'tryTaxonomy',
  tags: ['Taxonomy'],
  summary: 'What a draft of the category list would decide about a text',
  description:
    'Learns the local model with the draft, which takes seconds the first time; the next texts are decided at once. Stores nothing.',
  security: needs('admin'),
  request: { body: body('TaxonomyTrial') },
  responses: {
    200: json('What would be decided.', Trial),
    ...keyProblems,
    ...bodyProblems,
    404: problem('No taxonomy is published yet.'),
    ...invalidProblem,
    429: problem('Other trials are being made; try again after `Retry-After` seconds.'),
    ...awayProblem,
    504: problem('Learning takes too long.'),
  },
});

/** Adds the route that tries a draft of the category list on a text. */
export function addTaxonomyTry(api: Api, deps: Deps): void {
  const trials = createDraftTrials(() => AbortSignal.any([deps.stopping, AbortSignal.timeout(DEADLINE_MS)]));
  let running = 0;
  const middleware = [guard(deps.authenticate, postTaxonomyTry.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postTaxonomyTry, middleware }, async (c) => {
    const asked = await readBody(c, TaxonomyTrial);
    if (running >= MOST_AT_ONCE) throw busy();
    running += 1;
    try {
      return c.json(await tryBoth(asked, trials, deps), 200);
    } catch (thrown) {
      throw isTooLate(thrown) ? tooSlow() : thrown;
    } finally {
      running -= 1;
    }
  });
}

async function tryBoth(
  { taxonomy, ...text }: z.output<typeof TaxonomyTrial>,
  trials: DraftTrials,
  { database, mode }: Deps,
): Promise<z.infer<typeof Trial>> {
  const published = await database.quick(currentTaxonomy);
  if (published === undefined) throw noTaxonomy(404);
  const newest = { below: Number.MAX_SAFE_INTEGER, limit: MOST_EXAMPLES };
  const common = {
    text,
    thresholds: await database.quick(currentThresholds),
    mode: mode === 'shadow' ? 'auto' : mode,
    stateOfExamples: String(await database.quick(newestExample)),
    examples: async () => (await database.slow((db) => examplesBelow(db, newest))).toReversed(),
  } as const;
  const draft = await trials.decide({ ...common, taxonomy });
  const inForce = await trials.decide({ ...common, taxonomy: published.taxonomy });
  return { draft: show(draft), in_force: show(inForce), note: NOTE };
}

function show({ decision, suggestion }: Tried): z.infer<typeof Side> {
  const { action, reason, category, subcategory, confidence, isCalibrated, team, priority, slaHours, note } = decision;
  return {
    action,
    reason,
    category,
    subcategory,
    confidence,
    calibrated: isCalibrated,
    routed_to: team,
    priority,
    sla_hours: slaHours,
    note,
    rationale: suggestion?.rationale ?? null,
    alternatives: [...(suggestion?.alternatives ?? [])],
  };
}

function isTooLate(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'TimeoutError';
}

function busy(): Problem {
  const headers = { 'Retry-After': '5' };
  return new Problem({ status: 429, code: 'trial_busy', detail: 'Other drafts are being tried just now.', headers });
}

function tooSlow(): Problem {
  const detail = `Learning the draft took longer than ${DEADLINE_MS / 1_000} s. Try it with usher replay --taxonomy.`;
  return new Problem({ status: 504, code: 'trial_too_slow', detail });
}
