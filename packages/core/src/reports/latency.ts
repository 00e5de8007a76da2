import { z } from 'zod';
import { Lane } from '../ticket.ts';
import { Estimate, estimateCells, shareEstimate, tooLittle } from './estimate.ts';
import { type Bucket, percentile } from './histogram.ts';
import { type Column, Day, estimateColumns, NotCounted, type Report } from './report.ts';

/** Durations of one kind on one day. */
export interface LatencyCell extends Bucket {
  day: string;
  lane: Lane;
  /** `decision`, or the engine that answered. */
  what: string;
}

const percentiles = {
  n: z.number().int(),
  p50: Estimate,
  p95: Estimate,
  p99: Estimate,
};

/** How long things take, in milliseconds to within 5 %, and whether tickets were handed over in time. */
export const LatencyReport = z.object({
  overall: z.array(
    z.object({
      what: z.string().describe("`decision`: from a text's arrival to its decision; or an engine's answer."),
      lane: Lane,
      ...percentiles,
    }),
  ),
  days: z.array(z.object({ day: Day, what: z.string(), lane: Lane, ...percentiles })),
  sla: Estimate.describe('Share of tickets that were handed to a team before their SLA was over.'),
  not_counted: NotCounted,
  note: z.string(),
});
export type LatencyReport = z.infer<typeof LatencyReport>;

const NOTE =
  'Usher sees when a ticket reached a team, not when the team answered: a ticket handed over late has missed its SLA for certain, ' +
  'one handed over in time may still.';

/** Adds up the latency report. */
export function latencyReport(
  cells: readonly LatencyCell[],
  { inTime, late, notCounted }: { inTime: number; late: number; notCounted: number },
): Report<LatencyReport> {
  const overall = grouped(cells, ({ what, lane }) => `${what} ${lane}`).map(({ first, own }) => ({
    what: first.what,
    lane: first.lane,
    ...percentilesOf(own),
  }));
  const days = grouped(cells, ({ day, what, lane }) => `${day} ${what} ${lane}`).map(({ first, own }) => ({
    day: first.day,
    what: first.what,
    lane: first.lane,
    ...percentilesOf(own),
  }));
  const document = { overall, days, sla: shareEstimate(inTime, inTime + late), not_counted: notCounted, note: NOTE };
  return { document, tables: tablesOf(document), note: NOTE };
}

function grouped(cells: readonly LatencyCell[], keyOf: (cell: LatencyCell) => string) {
  const groups = [...Map.groupBy(cells, keyOf)].sort(([one], [other]) => (one < other ? -1 : 1));
  return groups.flatMap(([, own]) => own.slice(0, 1).map((first) => ({ first, own })));
}

function percentilesOf(cells: readonly LatencyCell[]) {
  const merged = [...Map.groupBy(cells, ({ bucket }) => bucket)].map(([bucket, own]) => ({
    bucket,
    n: own.reduce((sum, cell) => sum + cell.n, 0),
  }));
  const n = merged.reduce((sum, cell) => sum + cell.n, 0);
  const estimate = (share: number): Estimate => {
    const found = percentile(merged, share);
    return found === null ? tooLittle(n) : { ...found, n };
  };
  return { n, p50: estimate(0.5), p95: estimate(0.95), p99: estimate(0.99) };
}

function tablesOf({ overall, days, sla }: LatencyReport): Report<unknown>['tables'] {
  const of = [
    ['what', 'text'],
    ['lane', 'text'],
    ['n', 'count'],
    ...['p50', 'p95', 'p99'].flatMap((name) => estimateColumns(name, 'milliseconds')),
  ] satisfies Column[];
  const cells = ({ what, lane, n, p50, p95, p99 }: LatencyReport['overall'][number]) => [
    what,
    lane,
    n,
    ...[p50, p95, p99].flatMap(estimateCells),
  ];
  return {
    overall: { columns: of, rows: overall.map(cells) },
    days: { columns: [['day', 'text'], ...of], rows: days.map((line) => [line.day, ...cells(line)]) },
    sla: {
      columns: [...estimateColumns('handed_in_time', 'share'), ['n', 'count']],
      rows: [[...estimateCells(sla), sla.n]],
    },
  };
}
