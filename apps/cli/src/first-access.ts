import type { Config } from '@usher/core/config';
import { createApiKey, listApiKeys } from '@usher/db/api-keys';
import { connectDatabase, type Db } from '@usher/db/connect';
import { inviteFirst } from '@usher/db/invitations';
import { API_SOURCE } from '@usher/db/sources';
import { welcomeLink } from './welcome-link.ts';

/** How the first people and programs get in. */
export interface FirstAccess {
  /** An admin key to try the service with; null where keys were made before. */
  key: string | null;
  /** Where the first administrator chooses a password; null as soon as anybody has one. */
  welcome: string | null;
}

/** Makes an admin key on the very first start, and a link for the first administrator on each start until somebody took one. */
export async function firstAccess(databaseUrl: string, settings: Config): Promise<FirstAccess> {
  await using database = connectDatabase(databaseUrl, { name: 'usher-start', connections: 1 });
  const token = await inviteFirst(database.db, 'usher start');
  const welcome = token === null ? null : welcomeLink(settings.PORT, token);
  return { key: settings.USHER_API_KEY === undefined ? await firstKey(database.db) : null, welcome };
}

async function firstKey(db: Db): Promise<string | null> {
  if ((await listApiKeys(db)).length > 0) return null;
  const made = { name: 'first start', scopes: ['admin'], source: API_SOURCE, actor: 'usher start' } as const;
  const { key } = await createApiKey(db, made);
  return key;
}

/** What a start tells: where everything is, how to get in, and a first thing to try. */
export function banner(url: string, { key, welcome }: FirstAccess, settings: Config): string {
  const keyLine = key === null ? 'as before (usher keys create makes another)' : `${key}   (admin, shown this once)`;
  const consoleLine = welcome === null ? url : `${welcome}\n           (works once: choose a password there)`;
  return `
Usher is running.

  Console  ${consoleLine}
  API      ${url}/docs
  API key  ${keyLine}
  Engine   ${settings.engine}, mode ${settings.USHER_MODE}

Try a ticket:

  curl -s ${url}/ticket-webhook -H 'Authorization: Bearer ${key ?? 'YOUR_KEY'}' \\
    -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\
    -d '{"ticket_id":"T-1","subject":"Charged twice","body":"I see two charges of 49 EUR for order 1182. Please refund one."}'

Ctrl+C stops it; the data stays in ${settings.DATABASE_URL === undefined ? settings.USHER_DATA_DIR : 'your database'}.
`;
}
