import { createRoute, z } from '@hono/zod-openapi';
import { ReplayReport } from '@usher/core/replay';
import { Taxonomy } from '@usher/core/taxonomy';
import { examplesBelow } from '@usher/db/examples';
import { listPastDecisions } from '@usher/db/past-decisions';
import { currentThresholds } from '@usher/db/promises';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { previewTaxonomy } from '@usher/engines/preview';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { noTaxonomy } from './taxonomy.ts';

const MAX_BYTES = 16 * 1_048_576;

/** Tickets that are looked at at most, and labels that are learnt from: enough to see what changes, in seconds. */
const MOST_TICKETS = 1_000;
const MOST_EXAMPLES = 3_000;

/** A preview that takes longer is given up, in milliseconds. */
const DEADLINE_MS = 25_000;

/** Each learns in threads of its own, so that many at once would starve everybody. */
const MOST_AT_ONCE = 1;

const Query = z.strictObject({
  limit: z.coerce
    .number({ error: 'must be a whole number' })
    .int()
    .min(1)
    .max(MOST_TICKETS)
    .default(300)
    .describe('Newest tickets that are decided again.'),
});

export const postPreview = createRoute({
  method: 'post',
  path: '/v1/taxonomy/preview',
  operationId: 'previewTaxonomy',
  tags: ['Taxonomy'],
  summary: 'What a draft of the category list would change on the newest tickets',
  description: 'Learns the local model twice, with the list in force and with the draft, and stores nothing.',
  security: needs('admin'),
  request: { query: Query, body: body('Taxonomy') },
  responses: {
    200: json('What would change.', z.object(ReplayReport.shape).openapi('Replay')),
    ...keyProblems,
    ...bodyProblems,
    404: problem('No taxonomy is published yet.'),
    ...invalidProblem,
    429: problem('Another preview is being made; try again after `Retry-After` seconds.'),
    ...awayProblem,
    504: problem('It takes too long; try fewer tickets.'),
  },
});

/** Adds the route that previews a draft of the category list. */
export function addTaxonomyPreview(api: Api, deps: Deps): void {
  let running = 0;
  const middleware = [guard(deps.authenticate, postPreview.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postPreview, middleware }, async (c) => {
    const draft = await readBody(c, Taxonomy);
    if (running >= MOST_AT_ONCE) throw busy();
    running += 1;
    try {
      return c.json(await preview(draft, c.req.valid('query').limit, deps), 200);
    } finally {
      running -= 1;
    }
  });
}

async function preview(draft: Taxonomy, limit: number, { database, mode, stopping }: Deps): Promise<ReplayReport> {
  const published = await database.quick(currentTaxonomy);
  if (published === undefined) throw noTaxonomy(404);
  const thresholds = await database.quick(currentThresholds);
  const past = await database.slow((db) => listPastDecisions(db, { limit }));
  const newest = { below: Number.MAX_SAFE_INTEGER, limit: MOST_EXAMPLES };
  const examples = (await database.slow((db) => examplesBelow(db, newest))).toReversed();
  const late = AbortSignal.timeout(DEADLINE_MS);
  const signal = AbortSignal.any([stopping, late]);
  const { taxonomy: current } = published;
  try {
    const rules = { thresholds, mode: mode === 'shadow' ? 'auto' : mode } as const;
    return (await previewTaxonomy({ past, examples, current, draft, ...rules, signal })).document;
  } catch (thrown) {
    if (late.aborted) throw tooSlow();
    throw thrown;
  }
}

function busy(): Problem {
  const headers = { 'Retry-After': '10' };
  return new Problem({ status: 429, code: 'preview_busy', detail: 'Another preview is being made.', headers });
}

function tooSlow(): Problem {
  const detail = `The preview took longer than ${DEADLINE_MS / 1_000} s: ask for fewer tickets with ?limit=100.`;
  return new Problem({ status: 504, code: 'preview_too_slow', detail });
}
