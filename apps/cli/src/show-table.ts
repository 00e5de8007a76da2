import type { ColumnKind, Table } from '@usher/core/reports/report';
import { table } from './screen.ts';

type Cell = string | number | null;

/** A report's table for people: shares in percent, an estimate with its interval in one cell, and where there is too little data to say. */
export function showTable({ columns, rows }: Table): string {
  const places = columns.flatMap(([, kind], at) => (kind === 'low' || kind === 'high' ? [] : [at]));
  const kindAt = (at: number): ColumnKind => columns[at]?.[1] ?? 'text';
  const isEstimate = (at: number) => kindAt(at + 1) === 'low';
  const heading = places.map((at) => `${columns[at]?.[0] ?? ''}${isEstimate(at) ? ' (95 %)' : ''}`);
  const shown = rows.map((row) =>
    places.map((at) => {
      const value = cell(row[at] ?? null, kindAt(at));
      if (!isEstimate(at)) return value;
      if (row[at] === null || row[at] === undefined) return 'too little data';
      return `${value} (${cell(row[at + 1] ?? null, kindAt(at))} to ${cell(row[at + 2] ?? null, kindAt(at))})`;
    }),
  );
  return table([heading, ...shown]);
}

function cell(value: Cell, kind: ColumnKind): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (kind === 'share') return `${(100 * value).toFixed(1)} %`;
  if (kind === 'milliseconds') return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
  return kind === 'count' ? String(value) : String(Math.round(value * 1_000) / 1_000);
}
