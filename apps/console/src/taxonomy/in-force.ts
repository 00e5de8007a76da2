import { ask, sending, v1 } from '../api/client.ts';
import type { Taxonomy } from './types.ts';

/** The list in force with the number of its version. */
export interface InForce {
  version: number;
  taxonomy: Taxonomy;
}

/** Reads the list in force; its number is its ETag. */
export async function readInForce(): Promise<InForce> {
  const response = await v1.taxonomy.$get({});
  const taxonomy = await ask(Promise.resolve(response));
  return { version: versionIn(response.headers), taxonomy };
}

/** Publishes a draft over the version that it was made from, and answers its number. Throws Refused where another is in force. */
export async function publish(taxonomy: Taxonomy, base: number): Promise<number> {
  const { init } = sending(taxonomy);
  const headers = { 'Content-Type': 'application/json', 'If-Match': `"${base}"` };
  const response = await v1.taxonomy.$put({}, { init: { ...init, headers } });
  await ask(Promise.resolve(response));
  return versionIn(response.headers);
}

/** Publishes an old version anew, and answers its new number. Throws Refused where another is in force than was seen. */
export async function rollBack(version: number, inForce: number): Promise<number> {
  const param = { version: String(version) };
  const init = { headers: { 'If-Match': `"${inForce}"` } };
  return (await ask(v1.taxonomy.versions[':version'].publish.$post({ param }, { init }))).version;
}

function versionIn(headers: { get(name: string): string | null }): number {
  return Number(headers.get('ETag')?.replaceAll('"', ''));
}
