/** What can be looked at on this page, in the order of its tabs. */
export const VIEWS = ['categories', 'try', 'publish', 'versions', 'promises'] as const;
export type View = (typeof VIEWS)[number];

/** The address of a view, with what is chosen in it. */
export function viewAddress(view: View, chosen: Record<string, string | number | undefined> = {}): string {
  const given = Object.entries(chosen).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const query = new URLSearchParams([...(view === 'categories' ? [] : [['view', view]]), ...given]).toString();
  return query === '' ? '/taxonomy' : `/taxonomy?${query}`;
}

/** The view that an address names; the categories where it names none. */
export function viewOf(name: string | undefined): View {
  return VIEWS.find((view) => view === name) ?? 'categories';
}
