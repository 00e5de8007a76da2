/** The address of the list with these filters. */
export function listAddress(filters: Record<string, string | undefined>): string {
  const given = Object.entries(filters).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return `/tickets?${new URLSearchParams(given)}`;
}
