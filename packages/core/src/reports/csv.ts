import type { Table } from './report.ts';

/** A table as CSV (RFC 4180, lines end with CR LF). What a spreadsheet would run as a formula is marked as text. */
export function writeCsv({ columns, rows }: Table): string {
  return [columns.map(([name]) => name), ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
