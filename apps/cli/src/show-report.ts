import { writeCsv } from '@usher/core/reports/csv';
import type { Report } from '@usher/core/reports/report';
import { CannotDo } from './failures.ts';
import type { Screen } from './screen.ts';
import { showTable } from './show-table.ts';

export interface Showing {
  csv?: boolean;
  /** Which table; all of them unless said, as CSV the main one. */
  table?: string | undefined;
}

/** Shows a report: its document, one table as CSV, or its tables with what biases them. Throws CannotDo for an unknown table. */
export function showReport({ document, tables, note }: Report<unknown>, showing: Showing, screen: Screen): void {
  const { csv = false, table } = showing;
  const names = Object.keys(tables);
  if (table !== undefined && !names.includes(table))
    throw new CannotDo('unknown_table', `There is no table "${table}". This report has: ${names.join(', ')}.`);
  const wanted = Object.entries(tables).filter(([name]) => table === undefined || name === table);
  const [main] = wanted;
  if (csv && main !== undefined) return screen.show(document, writeCsv(main[1]).trimEnd());
  const parts = wanted.map(([name, one]) => `${name}\n${one.rows.length === 0 ? 'nothing yet' : showTable(one)}`);
  screen.show(document, [...parts, ...(note === null ? [] : [note])].join('\n\n'));
}
