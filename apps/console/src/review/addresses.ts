import type { ReviewFilter } from './item.ts';

/** The filters of the address, which are those of the API. */
export const REVIEW_FILTERS = ['team', 'category', 'priority', 'reason', 'source'] as const;

/** Reads the filters from an address. */
export function readFilter(query: Record<string, string>): ReviewFilter {
  return Object.fromEntries(REVIEW_FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
}

/** The address of the desk or the list with these filters. */
export function reviewAddress(view: 'desk' | 'list', filter: Record<string, string | undefined>): string {
  const given = Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const query = String(new URLSearchParams([...(view === 'list' ? [['view', 'list']] : []), ...given]));
  return query === '' ? '/review' : `/review?${query}`;
}
