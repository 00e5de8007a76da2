import { createRoute, z } from '@hono/zod-openapi';
import { Taxonomy } from '@usher/core/taxonomy';
import { compareTaxonomies, TaxonomyChange } from '@usher/core/taxonomy-changes';
import { findLikenesses, Likeness } from '@usher/core/taxonomy-likeness';
import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '../deps.ts';
import { fieldErrors } from '../field-errors.ts';
import { guard, needs } from '../guard.ts';
import { limitBody, readJson } from '../read-body.ts';
import { awayProblem, body, bodyProblems, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 16 * 1_048_576;

const Checked = z
  .object({
    errors: z
      .array(
        z.object({
          field: z.string().describe('Such as `categories[2].team`; `$` is the whole.'),
          message: z.string(),
        }),
      )
      .describe('Everything for which it could not be published; empty where nothing is wrong.'),
    in_force: z.number().int().describe('The version in force, 0 before the first.'),
    changes: z.array(TaxonomyChange).describe('What it would change; empty while something is wrong.'),
    likenesses: z
      .array(Likeness)
      .describe('Descriptions and examples that are nearly identical and mean different labels.'),
  })
  .openapi('TaxonomyCheck');

export const postTaxonomyCheck = createRoute({
  method: 'post',
  path: '/v1/taxonomy/check',
  operationId: 'checkTaxonomy',
  tags: ['Taxonomy'],
  summary: 'What is wrong with a draft of the category list, and what it would change',
  description: 'The same check as publishing, without publishing. Stores nothing.',
  security: needs('admin'),
  request: { body: body('Taxonomy') },
  responses: { 200: json('What was found.', Checked), ...keyProblems, ...bodyProblems, ...awayProblem },
});

/** Adds the route that checks a draft of the category list. */
export function addTaxonomyCheck(api: Api, { authenticate, database }: Deps): void {
  const middleware = [guard(authenticate, postTaxonomyCheck.security), limitBody(MAX_BYTES)];
  api.openapi({ ...postTaxonomyCheck, middleware }, async (c) => {
    const draft = Taxonomy.safeParse(await readJson(c));
    const published = await database.quick(currentTaxonomy);
    const inForce = published?.version ?? 0;
    if (!draft.success) {
      const errors = fieldErrors(draft.error).map(({ field, message }) => ({ field, message }));
      return c.json({ errors, in_force: inForce, changes: [], likenesses: [] }, 200);
    }
    const changes = published === undefined ? [] : compareTaxonomies(published.taxonomy, draft.data);
    return c.json({ errors: [], in_force: inForce, changes, likenesses: findLikenesses(draft.data) }, 200);
  });
}
