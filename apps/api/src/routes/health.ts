import { createRoute, z } from '@hono/zod-openapi';
import { DatabaseUnavailable } from '@usher/db/failures';
import { missingMigrations } from '@usher/db/migration-state';
import type { RequestDatabase } from '../database.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../problem.ts';
import { json, problem } from './answers.ts';
import type { Api } from './api.ts';

export const livez = createRoute({
  method: 'get',
  path: '/livez',
  operationId: 'isAlive',
  tags: ['Operation'],
  summary: 'Whether the process runs',
  responses: { 200: json('It runs.', z.object({ status: z.literal('alive') })) },
});

export const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'isReady',
  tags: ['Operation'],
  summary: 'Whether requests should be sent here',
  responses: {
    200: json('They should.', z.object({ status: z.literal('ready') })),
    503: problem('They should not; `reasons` says why.'),
  },
});

/** Adds what orchestrators ask. */
export function addHealth(api: Api, { database, stopping }: Deps): void {
  api.openapi(livez, (c) => c.json({ status: 'alive' as const }, 200));

  api.openapi(readyz, async (c) => {
    const reasons = [...(stopping.aborted ? ['The process is stopping.'] : []), ...(await databaseReasons(database))];
    if (reasons.length > 0) throw notReady(reasons);
    return c.json({ status: 'ready' as const }, 200);
  });
}

async function databaseReasons(database: RequestDatabase): Promise<string[]> {
  try {
    const missing = await database.quick(missingMigrations);
    return missing === 0 ? [] : [`The database lacks ${missing} migrations: run \`usher migrate\`.`];
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return ['The database cannot be reached.'];
    throw error;
  }
}

function notReady(reasons: string[]): Problem {
  const headers = { 'Retry-After': '2' };
  return new Problem({ status: 503, code: 'not_ready', detail: reasons.join(' '), headers, more: { reasons } });
}
