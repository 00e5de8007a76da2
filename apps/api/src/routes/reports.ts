import { createRoute, z } from '@hono/zod-openapi';
import { AccuracyReport } from '@usher/core/reports/accuracy';
import { CalibrationReport } from '@usher/core/reports/calibration';
import { FunnelReport } from '@usher/core/reports/funnel';
import { LatencyReport } from '@usher/core/reports/latency';
import { LearningReport } from '@usher/core/reports/learning';
import { OverlapReport } from '@usher/core/reports/overlap';
import { Basis, type Report, ReportFilter, type ReportName } from '@usher/core/reports/report';
import { RiskReport } from '@usher/core/reports/risk';
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
import { reportRisk } from '@usher/db/reports/risk';
import { reportVolume } from '@usher/db/reports/volume';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { parseBody } from '../read-body.ts';
import { awayProblem, invalidProblem, keyProblems } from './answers.ts';
import type { Api } from './api.ts';
import { csvIfWanted, Rendering, withCsv } from './report-csv.ts';

/** Lines of a volume report at most, and by default. */
const MOST_LINES = 10_000;
const LINES = 400;

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

interface ReportRoute<Name extends ReportName, Query extends typeof Rendering, Schema extends z.ZodType> {
  name: Name;
  summary: string;
  query: Query;
  schema: Schema;
  read: (db: Db, query: z.output<Query>) => Promise<Report<unknown>>;
}

function report<Name extends ReportName, Query extends typeof Rendering, Schema extends z.ZodType>(
  definition: ReportRoute<Name, Query, Schema>,
) {
  return {
    route: routeOf(definition),
    answer: async (c: Context, { database }: Deps): Promise<Response> => {
      const query = parseBody(c.req.query(), definition.query);
      const made = await database.slow((db) => definition.read(db, query));
      return csvIfWanted(c, definition.name, made.tables) ?? c.json(made.document);
    },
  };
}

function routeOf<Name extends ReportName, Query extends typeof Rendering, Schema extends z.ZodType>({
  name,
  summary,
  query,
  schema,
}: ReportRoute<Name, Query, Schema>) {
  return createRoute({
    method: 'get',
    path: `/v1/reports/${name}` as const,
    operationId: `report${name[0]?.toUpperCase()}${name.slice(1)}`,
    tags: ['Reports'],
    summary,
    security: needs('agent', 'ops'),
    request: { query },
    responses: {
      200: {
        description: 'The figures, each with its n and 95 % interval, and what biases them.',
        content: withCsv(schema),
      },
      ...keyProblems,
      ...invalidProblem,
      ...awayProblem,
    },
  });
}

const accuracy = report({
  name: 'accuracy',
  summary: 'How often predictions are right, as far as it is known',
  query: BasisFormat,
  schema: z.object(AccuracyReport.shape).openapi('Accuracy'),
  read: reportAccuracy,
});
const calibration = report({
  name: 'calibration',
  summary: 'Whether a confidence is how often predictions are right',
  query: Format,
  schema: z.object(CalibrationReport.shape).openapi('Calibration'),
  read: (db, query) => reportCalibration(db, query, Math.random),
});
const learning = report({
  name: 'learning',
  summary: 'Whether it gets better, by the day and by version of the local model',
  query: Format,
  schema: z.object(LearningReport.shape).openapi('Learning'),
  read: reportLearning,
});
const volume = report({
  name: 'volume',
  summary: 'What came in, what became of it, and what waits',
  query: VolumeFormat,
  schema: z.object(VolumeReport.shape).openapi('Volume'),
  read: reportVolume,
});
const latency = report({
  name: 'latency',
  summary: 'How long decisions and answers took, and whether SLAs could be kept',
  query: Format,
  schema: z.object(LatencyReport.shape).openapi('Latency'),
  read: reportLatency,
});
const funnel = report({
  name: 'funnel',
  summary: 'From decision to correction',
  query: Format,
  schema: z.object(FunnelReport.shape).openapi('Funnel'),
  read: reportFunnel,
});
const risk = report({
  name: 'risk',
  summary: 'What automating from each confidence upwards comes to',
  query: Format,
  schema: z.object(RiskReport.shape).openapi('Risk'),
  read: reportRisk,
});
const suspicious = report({
  name: 'suspicious',
  summary: 'Labels that may be wrong',
  query: ListFormat,
  schema: z.object(SuspiciousReport.shape).openapi('Suspicious'),
  read: reportSuspicious,
});
const overlap = report({
  name: 'overlap',
  summary: 'Categories that are taken for each other',
  query: ListFormat,
  schema: z.object(OverlapReport.shape).openapi('Overlap'),
  read: reportOverlap,
});

/** The routes of the reports by their names. */
export const reportRoutes = {
  accuracy: accuracy.route,
  calibration: calibration.route,
  learning: learning.route,
  volume: volume.route,
  latency: latency.route,
  funnel: funnel.route,
  risk: risk.route,
  suspicious: suspicious.route,
  overlap: overlap.route,
};

const reports = [accuracy, calibration, learning, volume, latency, funnel, risk, suspicious, overlap];

/** Adds the reports. */
export function addReports(api: Api, deps: Deps): void {
  for (const { route, answer } of reports) {
    api.get(route.path, guard(deps.authenticate, route.security), (c) => answer(c, deps));
  }
}
