/** What the reports are narrowed to; it stands in the address. */
export interface Asked {
  from?: string;
  before?: string;
  source?: string;
  engine?: Engine;
  basis: Basis;
}

const ENGINES = ['claude', 'local', 'reused'] as const;
type Engine = (typeof ENGINES)[number];

const BASES = ['assumed', 'judged', 'audit'] as const;
export type Basis = (typeof BASES)[number];

/** The filters without whose word counts. */
export type Filter = Omit<Asked, 'basis'>;

/** Reads the address; what does not belong there is left out. */
export function readAsked(query: Record<string, string>): Asked {
  const { from, before, source } = query;
  const engine = ENGINES.find((known) => known === query['engine']);
  return {
    ...(from && { from }),
    ...(before && { before }),
    ...(source && { source }),
    ...(engine && { engine }),
    basis: BASES.find((known) => known === query['basis']) ?? 'assumed',
  };
}

/** The address of a view with these filters. */
export function evidenceAddress(view: string, asked: Record<string, string | undefined>): string {
  const given = Object.entries(asked).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const query = new URLSearchParams(given).toString();
  return `/evidence${view === 'quality' ? '' : `/${view}`}${query === '' ? '' : `?${query}`}`;
}

/** Where a report's table is had as CSV. */
export function csvAddress(report: string, table: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return `/v1/reports/${report}?${new URLSearchParams([...given, ['format', 'csv'], ['table', table]])}`;
}

/** The filters that every report by the day takes. */
export function filterOf({ from, before, source, engine }: Asked): Filter {
  return { ...(from && { from }), ...(before && { before }), ...(source && { source }), ...(engine && { engine }) };
}
