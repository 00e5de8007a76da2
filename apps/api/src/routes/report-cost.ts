import { createRoute, z } from '@hono/zod-openapi';
import { costReport, costTables } from '@usher/core/cost-report';
import { priceNotice } from '@usher/core/price';
import { Moment } from '@usher/core/ticket';
import { sumCosts } from '@usher/db/costs';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { parseBody } from '../read-body.ts';
import { awayProblem, invalidProblem, keyProblems } from './answers.ts';
import type { Api } from './api.ts';
import { csvIfWanted, Rendering, withCsv } from './report-csv.ts';

const DEFAULT_SPAN_MS = 30 * 86_400_000;

const moment = Moment.transform((text) => new Date(text)).optional();

const Span = z
  .strictObject({
    ...Rendering.shape,
    from: moment.openapi({ description: 'Answers given from here on; 30 days before the end by default.' }),
    until: moment.openapi({ description: 'Answers given before; now by default.' }),
  })
  .transform(({ from, until = new Date() }) => ({ from: from ?? new Date(until.getTime() - DEFAULT_SPAN_MS), until }))
  .refine(({ from, until }) => from < until, { path: ['from'], error: 'must lie before until' });

const count = z.number().int();
const dollars = z.number();

const figures = {
  tickets: count.describe('Texts of tickets that an engine answered about; a changed text is another one.'),
  calls: count.describe('Answers that Claude gave, usable or not.'),
  reused: count.describe('Texts that took over an earlier answer to the same text, at no cost.'),
  cost_micro_usd: count.describe('Millionths of a US dollar.'),
  cost_per_1000_tickets: dollars.nullable().describe('US dollars; null when there is nothing to count.'),
  interval: z
    .object({ low: dollars, high: dollars })
    .nullable()
    .describe('95 % interval of the cost per 1,000 tickets; null with fewer than 30 of them.'),
  input_tokens: count.describe('All of them, cached or not.'),
  cached_share: z.number().min(0).max(1).nullable().describe('Share of the input that was read from the cache.'),
  output_tokens: count,
};

const Cost = z
  .object({
    from: z.iso.datetime(),
    until: z.iso.datetime(),
    ...figures,
    by_day: z.array(z.object({ day: z.iso.date().describe('UTC.'), ...figures })),
    by_model: z.array(z.object({ model: z.string(), ...figures })),
    by_source: z.array(z.object({ source: z.string(), ...figures })),
    by_category: z.array(
      z.object({ category: z.string().describe('As it was predicted; `none` where nothing was.'), ...figures }),
    ),
    note: z.string().describe('Which prices the costs come from, and what is wrong with them.'),
  })
  .openapi('Cost');

export const getCost = createRoute({
  method: 'get',
  path: '/v1/reports/cost',
  operationId: 'reportCost',
  tags: ['Reports'],
  summary: 'What tickets cost, by day, model, source and category',
  security: needs('ops'),
  request: { query: Span },
  responses: {
    200: { description: 'The figures.', content: withCsv(Cost) },
    ...keyProblems,
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the report of costs. */
export function addCostReport(api: Api, { authenticate, database, prices }: Deps): void {
  api.get(getCost.path, guard(authenticate, getCost.security), async (c) => {
    const { from, until } = parseBody(c.req.query(), Span);
    const lines = await database.slow((db) => sumCosts(db, { from, until }));
    const models = lines.flatMap(({ group, key, calls }) => (group === 'model' && calls > 0 ? [key] : []));
    const report = costReport(lines, { from, until, prices: priceNotice(prices, models, Date.now()) });
    return csvIfWanted(c, 'cost', costTables(report)) ?? c.json(report);
  });
}
