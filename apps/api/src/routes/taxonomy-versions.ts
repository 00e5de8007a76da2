import { createRoute, z } from '@hono/zod-openapi';
import { Taxonomy } from '@usher/core/taxonomy';
import { compareTaxonomies, TaxonomyChange } from '@usher/core/taxonomy-changes';
import {
  currentTaxonomyVersion,
  findTaxonomy,
  listTaxonomies,
  type PublishedTaxonomy,
  publishTaxonomy,
  type TaxonomyVersion,
} from '@usher/db/taxonomies';
import { conditionHolds, versionTag } from '../condition.ts';
import { writeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { shown, ShownMoment } from '../view/moment.ts';
import { awayProblem, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';
import { PageQuery } from './page.ts';
import { conditionMissing, header, learnSoon, otherVersion } from './taxonomy.ts';

/** What Postgres takes as the number of a version. */
const HIGHEST = 2_147_483_647;

const versionNumber = z.coerce.number({ error: 'must be the number of a version' }).int().min(1).max(HIGHEST);
const VersionPath = z.object({ version: versionNumber.describe('Number of the version.') });

const Version = z
  .object({
    version: z.number().int(),
    in_force: z.boolean(),
    published_by: z.string(),
    published_at: ShownMoment,
    restored_from: z.number().int().nullable().describe('The version that was published anew, if it is one.'),
  })
  .openapi('TaxonomyVersion');

const Versions = z
  .object({
    versions: z.array(Version.extend({ categories: z.number().int() })).describe('Newest first.'),
    next_cursor: z.string().nullable(),
  })
  .openapi('TaxonomyVersions');

const document = z.custom<Taxonomy>().openapi({ type: 'object', allOf: [{ $ref: '#/components/schemas/Taxonomy' }] });
const Whole = Version.extend({ taxonomy: document }).openapi('TaxonomyVersionWhole');
const Changes = z
  .object({ from: z.number().int(), to: z.number().int(), changes: z.array(TaxonomyChange) })
  .openapi('TaxonomyChanges');

const base = { tags: ['Taxonomy'], security: needs('agent', 'ops') };
const unknownAnswer = { 404: problem('There is no such version.') };

export const getTaxonomyVersions = createRoute({
  ...base,
  method: 'get',
  path: '/v1/taxonomy/versions',
  operationId: 'listTaxonomyVersions',
  summary: 'Every version of the category list: who published it, and when',
  request: { query: PageQuery },
  responses: { 200: json('A page of versions.', Versions), ...keyProblems, ...invalidProblem, ...awayProblem },
});

export const getTaxonomyVersion = createRoute({
  ...base,
  method: 'get',
  path: '/v1/taxonomy/versions/{version}',
  operationId: 'readTaxonomyVersion',
  summary: 'One version of the category list',
  request: { params: VersionPath },
  responses: {
    200: json('The version.', Whole),
    ...keyProblems,
    ...unknownAnswer,
    ...invalidProblem,
    ...awayProblem,
  },
});

export const getTaxonomyChanges = createRoute({
  ...base,
  method: 'get',
  path: '/v1/taxonomy/versions/{version}/changes',
  operationId: 'compareTaxonomyVersions',
  summary: 'In what a version differs from another',
  request: {
    params: VersionPath,
    query: z.strictObject({ since: versionNumber.describe('The version that it is compared with.') }),
  },
  responses: {
    200: json('Every difference.', Changes),
    ...keyProblems,
    ...unknownAnswer,
    ...invalidProblem,
    ...awayProblem,
  },
});

export const rollBackTaxonomy = createRoute({
  method: 'post',
  path: '/v1/taxonomy/versions/{version}/publish',
  operationId: 'rollBackTaxonomy',
  tags: ['Taxonomy'],
  summary: 'Roll back: publish an old version of the category list anew',
  description: 'It becomes a new version with a number of its own, so that the history stays whole.',
  security: needs('admin'),
  parameters: [header('If-Match', 'The `ETag` of the version in force.', true)],
  request: { params: VersionPath },
  responses: {
    200: json('Published; `ETag` has the new version.', Whole),
    ...keyProblems,
    ...unknownAnswer,
    409: problem('It is in force already.'),
    412: problem('Another version is in force than the one that was read.'),
    ...invalidProblem,
    428: problem('The `If-Match` header is missing.'),
    ...awayProblem,
  },
});

/** Adds the routes that show, compare and bring back versions of the category list. */
export function addTaxonomyVersions(api: Api, { authenticate, database, hints, events }: Deps): void {
  const readers = guard(authenticate, base.security);
  const find = async (version: number) => {
    const found = await database.quick((db) => findTaxonomy(db, version));
    if (found === undefined) throw unknownVersion(version);
    return found;
  };

  api.openapi({ ...getTaxonomyVersions, middleware: readers }, async (c) => {
    const { limit, cursor: below = HIGHEST } = c.req.valid('query');
    const page = { below: Math.min(below, HIGHEST), limit: limit + 1 };
    const current = await database.quick(currentTaxonomyVersion);
    const found = await database.quick((db) => listTaxonomies(db, page));
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = found.length > limit && last !== undefined ? writeCursor(last.version) : null;
    const versions = shown.map((one) => ({ ...showVersion(one, current), categories: one.categories }));
    return c.json({ versions, next_cursor: next }, 200);
  });

  api.openapi({ ...getTaxonomyVersion, middleware: readers }, async (c) => {
    const found = await find(c.req.valid('param').version);
    return c.json(showWhole(found, await database.quick(currentTaxonomyVersion)), 200);
  });

  api.openapi({ ...getTaxonomyChanges, middleware: readers }, async (c) => {
    const [from, to] = [c.req.valid('query').since, c.req.valid('param').version];
    const [before, after] = await Promise.all([find(from), find(to)]);
    return c.json({ from, to, changes: compareTaxonomies(before.taxonomy, after.taxonomy) }, 200);
  });

  api.openapi({ ...rollBackTaxonomy, middleware: guard(authenticate, rollBackTaxonomy.security) }, async (c) => {
    const condition = c.req.header('if-match');
    if (condition === undefined) throw conditionMissing();
    const old = await find(c.req.valid('param').version);
    const current = await database.quick(currentTaxonomyVersion);
    if (!conditionHolds(condition, current)) throw otherVersion(current);
    if (old.version === current) throw inForceAlready(current);
    const { actor } = c.var.grant;
    const how = { actor, expectedVersion: current, restoredFrom: old.version };
    const version = await database.slow((db) => publishTaxonomy(db, old.taxonomy, how));
    events.taxonomyPublished({ version, actor });
    learnSoon(hints);
    c.header('ETag', versionTag(version));
    return c.json(showWhole(await find(version), version), 200);
  });
}

function showVersion({ version, publishedBy, publishedAt, restoredFrom }: TaxonomyVersion, current: number) {
  return {
    version,
    in_force: version === current,
    published_by: publishedBy,
    published_at: shown(publishedAt),
    restored_from: restoredFrom,
  };
}

function showWhole(published: PublishedTaxonomy, current: number) {
  return { ...showVersion(published, current), taxonomy: published.taxonomy };
}

function unknownVersion(version: number): Problem {
  const detail = `There is no version ${version} of the category list. GET /v1/taxonomy/versions lists them.`;
  return new Problem({ status: 404, code: 'unknown_version', detail });
}

function inForceAlready(version: number): Problem {
  return new Problem({ status: 409, code: 'version_in_force', detail: `Version ${version} is in force already.` });
}
