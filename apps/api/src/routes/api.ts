import { OpenAPIHono } from '@hono/zod-openapi';
import { fieldErrors } from '../field-errors.ts';
import type { Guarded } from '../guard.ts';
import { invalid } from '../problem.ts';

/** The API's router. */
export type Api = OpenAPIHono<Guarded>;

/** An empty router whose routes refuse bad parameters and queries with the problem that lists what is wrong. */
export function createApi(): Api {
  return new OpenAPIHono<Guarded>({
    defaultHook(result) {
      if (!result.success) throw invalid(fieldErrors(result.error));
    },
  });
}
