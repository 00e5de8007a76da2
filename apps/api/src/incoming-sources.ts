import type { Connector, OpenConnector } from '@usher/core/connectors/connector';
import { findSource, openSource, type Source } from '@usher/db/sources';
import type { Vault } from '@usher/db/vault';
import { believeForAWhile } from './believe.ts';
import type { RequestDatabase } from './database.ts';

/** A source that sends webhooks, with what is needed to check and to read them. */
export interface IncomingSource {
  id: number;
  name: string;
  connector: Connector;
  desk: OpenConnector;
  /** Any of them makes a delivery genuine. */
  secrets: readonly string[];
}

/** Finds the connector of a name. */
export type FindConnector = (name: string) => Connector | undefined;

/**
 * Finds a source that sends webhooks by its name; undefined if there is none. What changes about one counts within 5 s. Throws
 * DatabaseUnavailable, SecretKeyMissing, SecretKeyWrong.
 */
export type IncomingSources = (name: string) => Promise<IncomingSource | undefined>;

export interface IncomingSourcesOptions {
  vault: Vault;
  find: FindConnector;
  /** A clock in milliseconds. */
  now: () => number;
}

/** Makes the look-up of sources. */
export function createIncomingSources(
  database: RequestDatabase,
  { vault, find, now }: IncomingSourcesOptions,
): IncomingSources {
  const lookUp = async (name: string) => {
    const source = await database.quick((db) => findSource(db, name));
    return source === undefined || source.removedAt !== null ? undefined : opened(source, { vault, find });
  };
  const believed = believeForAWhile(lookUp, now);
  return (name) => believed(name, name);
}

function opened(
  source: Source,
  { vault, find }: Pick<IncomingSourcesOptions, 'vault' | 'find'>,
): IncomingSource | undefined {
  const connector = find(source.connector);
  if (connector === undefined) return undefined;
  const { id, name, settings, secrets } = openSource(source, vault);
  return { id, name, connector, desk: connector.open(settings), secrets: secrets.webhook };
}
