import { type Outbound, readOutboundUrl } from '@usher/core/outbound-url';
import type { Db } from '@usher/db/connect';
import type { Endpoint } from '@usher/db/endpoints';
import { findSource } from '@usher/db/sources';
import type { z } from 'zod';
import { CannotDo } from './failures.ts';

/** What the command line says about an endpoint, as the schema reads it. Throws CannotDo that names what is wrong. */
export function draftOf<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw new CannotDo('endpoint_invalid', `This endpoint cannot be: ${problems.join('; ')}.`);
}

/** An endpoint's address in its normal form. Throws CannotDo where it must not be called. */
export function checkedUrl(url: string, outbound: Outbound): string {
  const read = readOutboundUrl(url, outbound);
  if (read.kind === 'usable') return read.url;
  const what = `${url} cannot be used: it ${read.why}. For development, set USHER_OUTBOUND=any.`;
  throw new CannotDo('address_refused', what);
}

/** The number of a source by its name; null for none. Throws CannotDo. */
export async function sourceIdOf(name: string | null, db: Db): Promise<number | null> {
  if (name === null) return null;
  const source = await findSource(db, name);
  if (source !== undefined) return source.id;
  throw new CannotDo('unknown_source', `There is no source ${name}. usher sources list shows them.`);
}

/** Says that there is no such endpoint. */
export function unknownEndpoint(id: number): CannotDo {
  return new CannotDo('unknown_endpoint', `There is no endpoint ${id}. usher endpoints list shows them.`);
}

/** An endpoint for programs, in the words of the API. */
export function endpointDocument(endpoint: Endpoint): Record<string, unknown> {
  const { id, url, description, events, source, disabledAt, disabledWhy, oldSecretUntil, createdAt } = endpoint;
  return {
    id,
    url,
    description,
    events,
    source,
    disabled_at: disabledAt,
    disabled_why: disabledWhy,
    old_secret_until: oldSecretUntil,
    created_at: createdAt,
  };
}

/** An endpoint for people, as a row of a table. */
export function endpointRow({ id, url, events, source, disabledWhy }: Endpoint): string[] {
  const state = { gone: 'disabled: it answered 410', by_hand: 'disabled' };
  return [String(id), url, events.join(','), source ?? 'every', disabledWhy === null ? 'told' : state[disabledWhy]];
}
