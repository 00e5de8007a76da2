import { createRoute, z } from '@hono/zod-openapi';
import { accuracyReport } from '@usher/core/accuracy-report';
import { countCorrect } from '@usher/db/accuracy';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { awayProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

const share = z.number().min(0).max(1);

const figures = {
  total: z.number().int().describe('Predictions.'),
  correct: z.number().int().describe('Of them, those that nobody corrected to another category.'),
  accuracy: share.nullable().describe('Null when there is nothing to count.'),
  interval: z.object({ low: share, high: share }).nullable().describe('95 % interval of the accuracy.'),
};

const Accuracy = z
  .object({ ...figures, by_category: z.array(z.object({ category: z.string(), ...figures })), note: z.string() })
  .openapi('Accuracy');

export const getAccuracy = createRoute({
  method: 'get',
  path: '/v1/reports/accuracy',
  operationId: 'reportAccuracy',
  tags: ['Reports'],
  summary: 'How often predictions were not corrected',
  security: needs('agent', 'ops'),
  responses: { 200: json('The figures, with what biases them.', Accuracy), ...keyProblems, ...awayProblem },
});

/** Adds the reports. */
export function addReports(api: Api, { authenticate, database }: Deps): void {
  api.openapi({ ...getAccuracy, middleware: guard(authenticate, getAccuracy.security) }, async (c) =>
    c.json(accuracyReport(await database.slow(countCorrect)), 200),
  );
}
