/** The entity tag of a version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/**
 * Tells whether an `If-Match` or `If-None-Match` header names this version: `*` names any that exists. Weak tags never
 * match, which is stricter than RFC 9110 for reading and as it wants for writing.
 */
export function conditionHolds(header: string, version: number): boolean {
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.includes(versionTag(version)) || (tags.includes('*') && version > 0);
}
