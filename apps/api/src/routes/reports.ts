import { createRoute, z } from '@hono/zod-openapi';
import { AccuracyReport } from '@usher/core/reports/accuracy';
import { CalibrationReport } from '@usher/core/reports/calibration';
import { writeCsv } from '@usher/core/reports/csv';
import { FunnelReport } from '@usher/core/reports/funnel';
import { LatencyReport } from '@usher/core/reports/latency';
import { LearningReport } from '@usher/core/reports/learning';
import { OverlapReport } from '@usher/core/reports/overlap';
import { Basis, type Report, ReportFilter, type ReportName } from '@usher/core/reports/report';
import { SuspiciousReport } from '@usher/core/reports/suspicious';
import { VolumeReport, VolumeStep } from '@usher/core/reports/volume';
import { storable } from '@usher/core/ticket';
import type { Db } from '@usher/db/connect';
import { reportAccuracy } from '@usher/db/reports/accuracy';
import { reportCalibration } from '@usher/db/reports/calibration';
import { reportFunnel } from '@usher/db/reports/funnel';
import { reportLearning } from '@usher/db/reports/learning';
import { reportLatency } from '@usher/db/reports/latency';
import { reportOverlap, reportSuspicious } from '@usher/db/reports/model-in-force';
import { reportVolume } from '@usher/db/reports/volume';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { invalid } from '../problem.ts';
import { parseBody } from '../read-body.ts';
import { awayProblem, invalidProblem, keyProblems } from './answers.ts';
import type { Api } from './api.ts';

/** Lines of a volume report at most, and by default. */
const MOST_LINES = 10_000;
const LINES = 400;

const Rendering = z.strictObject({
  format: z.enum(['json', 'csv']).optional().describe('`csv` answers one table; so does `Accept: text/csv`.'),
  table: z.string().max(50).optional().describe('Which table of the report to answer as CSV; the main one by default.'),
});
const Format = Rendering.extend({
  ...ReportFilter.shape,
  source: z.string().max(200).transform(storable).optional().describe('Only tickets of this source.'),
});
const BasisFormat = Format.extend({
  basis: Basis.default('assumed').describe(
    'For precision, recall, confusion and the majority baseline: `assumed` takes silence for right, `judged` counts only ' +
      'what somebody judged, `audit` only blind audits.',
  ),
});
const ListFormat = Rendering.extend({
  limit: z.coerce.number({ error: 'must be a whole number' }).int().min(1).max(500).default(50),
});
const VolumeFormat = Format.extend({
  step: VolumeStep.default('day'),
  limit: z.coerce.number({ error: 'must be a whole number' }).int().min(1).max(MOST_LINES).default(LINES),
});

interface ReportRoute<Query extends z.ZodType> {
  name: ReportName;
  summary: string;
  query: Query;
  schema: z.ZodType;
  read: (db: Db, query: z.output<Query>) => Promise<Report<unknown>>;
}

/** Something to answer, without the types that only its own definition needs. */
interface OpenReport {
  route: ReturnType<typeof routeOf>;
  answer: (c: Context, deps: Deps) => Promise<Response>;
}

function report<Query extends typeof Rendering>(definition: ReportRoute<Query>): OpenReport {
  return {
    route: routeOf(definition),
    async answer(c, { database }) {
      const query = parseBody(c.req.query(), definition.query);
      const made = await database.slow((db) => definition.read(db, query));
      const { format, table } = Rendering.parse({
        format: c.req.query('format'),
        table: c.req.query('table'),
      });
      const wantsCsv = format === 'csv' || (format === undefined && acceptsCsv(c.req.header('accept')));
      return wantsCsv ? csvOf(definition.name, made, table) : c.json(made.document);
    },
  };
}

function routeOf({ name, summary, query, schema }: ReportRoute<typeof Rendering>) {
  return createRoute({
    method: 'get',
    path: `/v1/reports/${name}`,
    operationId: `report${name[0]?.toUpperCase()}${name.slice(1)}`,
    tags: ['Reports'],
    summary,
    security: needs('agent', 'ops'),
    request: { query },
    responses: {
      200: {
        description: 'The figures, each with its n and 95 % interval, and what biases them.',
        content: { 'application/json': { schema }, 'text/csv': { schema: z.string() } },
      },
      ...keyProblems,
      ...invalidProblem,
      ...awayProblem,
    },
  });
}

function acceptsCsv(accept = ''): boolean {
  return accept.toLowerCase().includes('text/csv');
}

function csvOf(name: string, { tables }: Report<unknown>, wanted: string | undefined): Response {
  const allowed = Object.keys(tables);
  const chosen = wanted ?? allowed[0] ?? '';
  const table = tables[chosen];
  if (table === undefined || !Object.hasOwn(tables, chosen))
    throw invalid([{ field: 'table', message: `must be one of ${allowed.join(', ')}`, allowed }]);
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="usher-${name}-${chosen}.csv"`,
  };
  return new Response(writeCsv(table), { headers });
}

const reports: readonly OpenReport[] = [
  report({
    name: 'accuracy',
    summary: 'How often predictions are right, as far as it is known',
    query: BasisFormat,
    schema: z.object(AccuracyReport.shape).openapi('Accuracy'),
    read: reportAccuracy,
  }),
  report({
    name: 'calibration',
    summary: 'Whether a confidence is how often predictions are right',
    query: Format,
    schema: z.object(CalibrationReport.shape).openapi('Calibration'),
    read: (db, query) => reportCalibration(db, query, Math.random),
  }),
  report({
    name: 'learning',
    summary: 'Whether it gets better, by the day and by version of the local model',
    query: Format,
    schema: z.object(LearningReport.shape).openapi('Learning'),
    read: reportLearning,
  }),
  report({
    name: 'volume',
    summary: 'What came in, what became of it, and what waits',
    query: VolumeFormat,
    schema: z.object(VolumeReport.shape).openapi('Volume'),
    read: reportVolume,
  }),
  report({
    name: 'latency',
    summary: 'How long decisions and answers took, and whether SLAs could be kept',
    query: Format,
    schema: z.object(LatencyReport.shape).openapi('Latency'),
    read: reportLatency,
  }),
  report({
    name: 'funnel',
    summary: 'From decision to correction',
    query: Format,
    schema: z.object(FunnelReport.shape).openapi('Funnel'),
    read: reportFunnel,
  }),
  report({
    name: 'suspicious',
    summary: 'Labels that may be wrong',
    query: ListFormat,
    schema: z.object(SuspiciousReport.shape).openapi('Suspicious'),
    read: reportSuspicious,
  }),
  report({
    name: 'overlap',
    summary: 'Categories that are taken for each other',
    query: ListFormat,
    schema: z.object(OverlapReport.shape).openapi('Overlap'),
    read: reportOverlap,
  }),
];

/** The routes of the reports, for the OpenAPI document. */
export const reportRoutes = reports.map(({ route }) => route);

/** Adds the reports. */
export function addReports(api: Api, deps: Deps): void {
  for (const { route, answer } of reports) {
    api.get(route.path, guard(deps.authenticate, route.security), (c) => answer(c, deps));
  }
}
