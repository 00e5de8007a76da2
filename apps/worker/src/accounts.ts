import type { Connector } from '@usher/core/connectors/connector';
import { openSource, type Source } from '@usher/db/sources';
import type { Vault } from '@usher/db/vault';
import { type Account, openAccount } from '@usher/helpdesk/account';
import type { HelpdeskOptions } from '@usher/helpdesk/helpdesk';

/** Opens the account of a source's helpdesk. Throws SourceUnusable, SecretKeyMissing, SecretKeyWrong. */
export type Accounts = (source: Source) => Account;

/** Keeps accounts open for as long as their source stays as it is, because a token is good for many calls. */
export function createAccounts(
  vault: Vault,
  options: HelpdeskOptions & { find: (name: string) => Connector | undefined },
): Accounts {
  const open = new Map<number, { as: string; account: Account }>();
  return (source) => {
    const as = JSON.stringify([source.connector, source.settings, source.secrets]);
    const known = open.get(source.id);
    if (known?.as === as) return known.account;
    const account = openAccount(openSource(source, vault), options);
    open.set(source.id, { as, account });
    return account;
  };
}
