import { z } from 'zod';

/** Every report by its name, as in `/v1/reports/NAME` and `usher report NAME`. */
export const ReportName = z.enum([
  'accuracy',
  'calibration',
  'learning',
  'volume',
  'latency',
  'funnel',
  'risk',
  'suspicious',
  'overlap',
]);
export type ReportName = z.infer<typeof ReportName>;

/** A day in UTC, such as 2026-01-31. */
export const Day = z.iso.date({ error: 'must be a day such as 2026-01-31' });

/** Whose word counts: everyone's, silence counting as right; only where somebody judged; only blind audits. */
export const Basis = z.enum(['assumed', 'judged', 'audit']);
export type Basis = z.infer<typeof Basis>;

/** How it became known what a ticket really is: a person corrected or accepted it, a blind audit, the helpdesk's value at close. */
export const TruthOrigin = z.enum(['correction', 'accepted', 'closed', 'audit']);
export type TruthOrigin = z.infer<typeof TruthOrigin>;

/** What a report may be narrowed to. */
export const ReportFilter = z.object({
  from: Day.optional().describe('First day (UTC).'),
  before: Day.optional().describe('First day that counts no more (UTC).'),
  source: z.string().max(200).optional().describe('Only tickets of this source.'),
  engine: z
    .enum(['claude', 'local', 'reused'])
    .optional()
    .describe("Only this engine's suggestions; `reused` are earlier answers to the same text."),
});
export type ReportFilter = z.infer<typeof ReportFilter>;

/** How far a report is: facts that are not counted yet, because they came just now or the rollups are being built. */
export const NotCounted = z.number().int().describe('Facts at most that are not counted yet; 0 almost always.');

/** What a column holds; `low` and `high` are the ends of the interval of the estimate before them, in its unit. */
export type ColumnKind = 'text' | 'count' | 'share' | 'milliseconds' | 'number' | 'low' | 'high';

/** A column's name in CSV, and what it holds. */
export type Column = readonly [name: string, kind: ColumnKind];

/** A part of a report as rows; an empty estimate means too little data. */
export interface Table {
  columns: readonly Column[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** A report as a document, and as tables for spreadsheets and terminals; the first table is the main one. */
export interface Report<Document> {
  document: Document;
  tables: Readonly<Record<string, Table>>;
  /** What biases the figures, if anything does. */
  note: string | null;
}

/** The columns of an estimate. */
export function estimateColumns(name: string, kind: 'share' | 'milliseconds' | 'number'): Column[] {
  return [
    [name, kind],
    [`${name}_low`, 'low'],
    [`${name}_high`, 'high'],
  ];
}
