import { createRoute, z } from '@hono/zod-openapi';
import { Taxonomy } from '@usher/core/taxonomy';
import { currentTaxonomy, currentTaxonomyVersion, publishTaxonomy } from '@usher/db/taxonomies';
import { conditionHolds, versionTag } from '../condition.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import type { Hints } from '../hints.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { awayProblem, body, bodyProblems, invalidProblem, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 16 * 1_048_576;

/** Milliseconds in which further corrections and versions gather before the local model learns from them. */
const LEARN_AFTER_MS = 2_000;

const headers = z.object({ ETag: z.string().describe('The version, in quotation marks.').openapi({ example: '"3"' }) });
const document = {
  headers,
  content: {
    'application/json': {
      schema: z.custom<Taxonomy>().openapi({ type: 'object', allOf: [{ $ref: '#/components/schemas/Taxonomy' }] }),
    },
  },
};

export const getTaxonomy = createRoute({
  method: 'get',
  path: '/v1/taxonomy',
  operationId: 'readTaxonomy',
  tags: ['Taxonomy'],
  summary: 'Read the category list in force',
  security: needs('intake', 'agent', 'ops'),
  parameters: [header('If-None-Match', 'Answers 304 while this version is in force.', false)],
  responses: {
    200: { description: 'The category list.', ...document },
    304: { description: 'Not changed.' },
    ...keyProblems,
    404: problem('No taxonomy is published yet.'),
    ...awayProblem,
  },
});

export const putTaxonomy = createRoute({
  method: 'put',
  path: '/v1/taxonomy',
  operationId: 'publishTaxonomy',
  tags: ['Taxonomy'],
  summary: 'Publish a new version of the category list',
  security: needs('admin'),
  parameters: [
    header('If-Match', 'The `ETag` of the version that was changed; `"0"` where none is published yet.', true),
  ],
  request: { body: body('Taxonomy') },
  responses: {
    200: { description: 'Published; `ETag` has the new version.', ...document },
    ...keyProblems,
    ...bodyProblems,
    412: problem('Another version is in force than the one that was changed.'),
    ...invalidProblem,
    428: problem('The `If-Match` header is missing.'),
    ...awayProblem,
  },
});

/** Describes a header that a request carries. */
export function header(name: string, description: string, required: boolean) {
  return { name, in: 'header' as const, required, description, schema: { type: 'string' as const }, example: '"3"' };
}

/** Adds the routes that read and publish the category list. */
export function addTaxonomy(api: Api, { authenticate, database, hints, events }: Deps): void {
  api.openapi({ ...getTaxonomy, middleware: guard(authenticate, getTaxonomy.security) }, async (c) => {
    const published = await database.quick(currentTaxonomy);
    if (published === undefined) throw noTaxonomy(404);
    c.header('ETag', versionTag(published.version));
    const known = c.req.header('if-none-match');
    if (known !== undefined && conditionHolds(known, published.version)) return c.body(null, 304);
    return c.json(published.taxonomy, 200);
  });

  const middleware = [guard(authenticate, putTaxonomy.security), limitBody(MAX_BYTES)];
  api.openapi({ ...putTaxonomy, middleware }, async (c) => {
    const condition = c.req.header('if-match');
    if (condition === undefined) throw conditionMissing();
    const taxonomy = await readBody(c, Taxonomy);
    const current = await database.quick(currentTaxonomyVersion);
    if (!conditionHolds(condition, current)) throw otherVersion(current);
    const { actor } = c.var.grant;
    const version = await database.slow((db) => publishTaxonomy(db, taxonomy, { actor, expectedVersion: current }));
    events.taxonomyPublished({ version, actor });
    learnSoon(hints);
    c.header('ETag', versionTag(version));
    return c.json(taxonomy, 200);
  });
}

/** Reminds the workers that there is something to learn. */
export function learnSoon(hints: Hints): void {
  hints.give([{ name: 'learn', payload: {} }], { delayMs: LEARN_AFTER_MS });
}

/** The problem that no taxonomy was published yet. */
export function noTaxonomy(status: 404 | 409): Problem {
  return new Problem({
    status,
    code: 'no_taxonomy',
    detail: 'No taxonomy is published yet: run `usher taxonomy publish`, or send one with PUT /v1/taxonomy.',
  });
}

/** The problem that a request does not say which version it was made for. */
export function conditionMissing(): Problem {
  return new Problem({
    status: 428,
    code: 'condition_missing',
    detail: 'Send the ETag of the version that you changed as If-Match, so that nobody else’s change is lost.',
  });
}

/** The problem that another version is in force. */
export function otherVersion(current: number): Problem {
  return new Problem({
    status: 412,
    code: 'taxonomy_changed',
    detail: `Version ${current} is in force, and If-Match names another: read it again, apply your change and publish then.`,
    headers: { ETag: versionTag(current) },
  });
}
