import { z } from '@hono/zod-openapi';
import { writeCsv } from '@usher/core/reports/csv';
import type { Report } from '@usher/core/reports/report';
import type { Context } from 'hono';
import { invalid } from '../problem.ts';

/** The parts of a report's query that choose how it is answered. */
export const Rendering = z.strictObject({
  format: z.enum(['json', 'csv']).optional().describe('`csv` answers one table; so does `Accept: text/csv`.'),
  table: z.string().max(50).optional().describe('Which table of the report to answer as CSV; the main one by default.'),
});

/** Describes a report's answers; the types tell of JSON alone, which is what whoever has types asks for. */
export function withCsv<Schema extends z.ZodType>(schema: Schema): { 'application/json': { schema: Schema } } {
  const content = { 'application/json': { schema }, 'text/csv': { schema: z.string() } };
  return content;
}

/** One of a report's tables as CSV where that is asked for, in the query or by `Accept`; undefined where JSON is. */
export function csvIfWanted(c: Context, name: string, tables: Report<unknown>['tables']): Response | undefined {
  const { format, table } = Rendering.parse({ format: c.req.query('format'), table: c.req.query('table') });
  const isWanted = format === 'csv' || (format === undefined && acceptsCsv(c.req.header('accept')));
  return isWanted ? csvOf(name, tables, table) : undefined;
}

function acceptsCsv(accept = ''): boolean {
  return accept.toLowerCase().includes('text/csv');
}

function csvOf(name: string, tables: Report<unknown>['tables'], wanted: string | undefined): Response {
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
