import { z } from '@hono/zod-openapi';

const ProblemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('Stable name of what went wrong.'),
    detail: z.string().describe('What went wrong, for a person.'),
    errors: z
      .array(
        z.object({
          field: z.string().describe('Such as `tickets[3].body`; `$` is the whole.'),
          message: z.string(),
          allowed: z.array(z.string()).optional(),
        }),
      )
      .optional(),
  })
  .openapi('Problem');

/** Describes an answer that is not a success. */
export function problem(description: string) {
  return { description, content: { 'application/problem+json': { schema: ProblemAnswer } } };
}

/** What the check of keys may answer. */
export const keyProblems = {
  401: problem('No key, or one that is not known.'),
  403: problem('The key lacks the scope that this needs.'),
};

/** What reading a body may answer. */
export const bodyProblems = {
  400: problem('The body cannot be read; the detail says where.'),
  413: problem('The body is too large.'),
  415: problem('The body must be JSON.'),
};

/** What a body or query that can be read and cannot be used is answered with. */
export const invalidProblem = { 422: problem('The request cannot be used; `errors` lists every reason.') };

/** What every route that needs Postgres may answer. */
export const awayProblem = {
  503: problem(
    'Postgres is away or too much comes at once, and nothing was stored; send it again after `Retry-After` seconds.',
  ),
};

/** Describes a JSON answer. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } };
}

/** Describes a JSON body by the name of its schema among the document's components. */
export function body(component: string) {
  return { required: true, content: { 'application/json': { schema: { $ref: `#/components/schemas/${component}` } } } };
}
