import type { z } from 'zod';

/** Anything that JSON can hold. */
export type Json = z.infer<ReturnType<typeof z.json>>;

/**
 * A call to a helpdesk, as data. Whoever sends it adds the base URL and the credentials. `repeat` says what may be done
 * when it is not known whether it arrived: send it again, never, or only if the answer to another call does not show a text.
 */
export interface HelpdeskRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, encoded. */
  path: string;
  body: Json | null;
  repeat: 'freely' | 'never' | { unless: HelpdeskRequest; shows: string };
  /** Sent along, the same however often, for vendors that know what to do with it. */
  idempotencyKey?: string;
}

/** A path with its parts encoded, so that an id never reaches beyond its place. */
export function path(fixed: TemplateStringsArray, ...parts: readonly string[]): string {
  return fixed.map((text, index) => text + encodeURIComponent(parts[index] ?? '')).join('');
}

/** A call that only reads. */
export function get(path: string): HelpdeskRequest {
  return { method: 'GET', path, body: null, repeat: 'freely' };
}

/** A call that leaves the same state however often it is sent. */
export function set(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: Json): HelpdeskRequest {
  return { method, path, body, repeat: 'freely' };
}

/** Leaves out the calls for which there is nothing to do. */
export function needed(...requests: readonly (HelpdeskRequest | false)[]): HelpdeskRequest[] {
  return requests.filter((request) => request !== false);
}

/** Tells whether an object has anything in it. */
export function holdsAny(object: object): boolean {
  return Object.keys(object).length > 0;
}

/** An id as its vendor writes it in JSON: digits are a number. */
export function numberOrText(id: string | null): number | string | null {
  return id !== null && /^[1-9]\d{0,14}$/.test(id) ? Number(id) : id;
}
