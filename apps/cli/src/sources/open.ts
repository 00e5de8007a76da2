import type { Config } from '@usher/core/config';
import type { Connector } from '@usher/core/connectors/connector';
import { connectors, findConnector } from '@usher/core/connectors/registry';
import type { Db } from '@usher/db/connect';
import { findSource, openSource, type OpenSource } from '@usher/db/sources';
import { type Account, type AccountSource, openAccount } from '@usher/helpdesk/account';
import { resolveBySystem } from '@usher/helpdesk/address';
import { CannotDo } from '../failures.ts';
import { ownVault } from '../secret-key.ts';

/** Milliseconds that one call to a helpdesk may take while somebody waits. */
const DEADLINE_MS = 15_000;

/** The connector of this name. Throws CannotDo that lists those there are. */
export function connectorOf(name: string): Connector {
  const connector = findConnector(name);
  if (connector !== undefined) return connector;
  const known = connectors.map((one) => one.name).join(', ');
  throw new CannotDo('unknown_connector', `There is no connector ${name}. Known are: ${known}.`);
}

/** Says that there is no such source. */
export function unknownSource(name: string): CannotDo {
  return new CannotDo('unknown_source', `There is no source ${name}. usher sources list shows them.`);
}

/** A helpdesk's source with its secrets. Throws CannotDo, SecretKeyMissing, SecretKeyWrong. */
export async function openNamed(db: Db, name: string, config: Config): Promise<OpenSource> {
  const source = await findSource(db, name);
  if (source === undefined || source.removedAt !== null) throw unknownSource(name);
  if (source.connector === 'api') {
    throw new CannotDo('no_connector', `${name} is a source of API keys: it has no helpdesk and no webhook.`);
  }
  return openSource(source, await ownVault(config));
}

/** The account of a source at its helpdesk, called as the settings allow. Throws SourceUnusable. */
export function accountOf(source: AccountSource, { USHER_OUTBOUND: outbound }: Config): Account {
  return openAccount(source, { outbound, resolve: resolveBySystem, deadlineMs: DEADLINE_MS, find: findConnector });
}
