import type { Headers } from './signature.ts';

/** A delivery after its signature was checked: headers with names in lower case, and the JSON of the body. */
export interface Delivery {
  headers: Headers;
  body: unknown;
}

/**
 * Where a vendor says which delivery this is: in a header; in places of the body, or of each event where the body is a
 * list; or nowhere, so that only equal bytes tell a repetition. What stands in a header may not be covered by the
 * signature: against replay the signature itself must be remembered, too.
 */
export type DeliveryIdPlace = { header: string } | { body: readonly string[] } | 'nowhere';

/** The id by which a repeated delivery is known; null if this one has none, and its bytes must do. */
export function deliveryIdOf(place: DeliveryIdPlace, { headers, body }: Delivery): string | null {
  if (place === 'nowhere') return null;
  if ('header' in place) return headers[place.header] ?? null;
  const events: unknown[] = Array.isArray(body) ? body : [body];
  const ids = events.map((event) => place.body.map((dotted) => textAt(event, dotted)));
  return ids.length === 0 || ids.flat().includes('') ? null : ids.map((parts) => parts.join(':')).join(',');
}

function textAt(event: unknown, dotted: string): string {
  let value = event;
  for (const key of dotted.split('.')) {
    if (typeof value !== 'object' || value === null) return '';
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
