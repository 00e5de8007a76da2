import type { ReportFilter } from '@usher/core/reports/report';
import { type SQL, sql } from 'drizzle-orm';

/** The condition that a row of a rollup by the day is wanted. `engine` names the column with whose suggestion it was, if there is one. */
export function isWanted({ from, before, source, engine }: ReportFilter, engineColumn: SQL | null): SQL {
  const conditions = [
    sql`true`,
    from === undefined ? undefined : sql`day >= ${from}::date`,
    before === undefined ? undefined : sql`day < ${before}::date`,
    source === undefined ? undefined : isOf(source),
    engine === undefined || engineColumn === null ? undefined : sql`${engineColumn} = ${engine}`,
  ].filter((condition) => condition !== undefined);
  return sql.join(conditions, sql` and `);
}

/** The same for a rollup by the hour, which knows no engines. */
export function isWantedHour({ from, before, source }: ReportFilter): SQL {
  const conditions = [
    sql`true`,
    from === undefined ? undefined : sql`hour >= ${`${from}T00:00:00Z`}::timestamptz`,
    before === undefined ? undefined : sql`hour < ${`${before}T00:00:00Z`}::timestamptz`,
    source === undefined ? undefined : isOf(source),
  ].filter((condition) => condition !== undefined);
  return sql.join(conditions, sql` and `);
}

function isOf(source: string): SQL {
  return sql`source_id = (select id from sources where name = ${source})`;
}
