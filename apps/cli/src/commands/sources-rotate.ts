import { resealSecrets } from '@usher/db/reseal';
import { saveSource } from '@usher/db/sources';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { ownVault } from '../secret-key.ts';
import { type Pairs, readPair } from '../sources/flags.ts';
import { connectorOf, openNamed } from '../sources/open.ts';
import { checkedSecret, completeCredentials, newSecret } from '../sources/secrets.ts';
import type { Surroundings } from '../surroundings.ts';

/** The newest and the one before count, so that nothing is refused while the helpdesk changes over. */
const SECRETS_KEPT = 2;

interface Given {
  secret?: string;
  credential?: Pairs;
  dropOld?: boolean;
}

export function addSourceRotate(sources: Command, surroundings: Surroundings): void {
  sources
    .command('rotate')
    .description("replace a source's webhook secret or credentials; the old webhook secret counts until --drop-old")
    .argument('<name>', 'name of the source')
    .option('--secret <secret>', 'the new webhook secret; made or asked for unless given')
    .option('--credential <name=value>', 'replace a credential only; may be given several times', readPair)
    .option('--drop-old', 'believe nothing that is signed with the old webhook secret any more')
    .action((name: string, given: Given) => rotate(name, given, surroundings));
  sources
    .command('reseal')
    .description('encrypt every secret with the first key of USHER_SECRET_KEY, so that the others may go')
    .action(async () => {
      const { config, screen } = surroundings;
      const vault = await ownVault(config());
      await using database = await openDatabase(config());
      const resealed = await resealSecrets(database.db, vault);
      screen.show({ resealed }, `${resealed} secrets were encrypted anew; all are under the newest key now.`);
    });
}

async function rotate(name: string, given: Given, { config, screen, ask }: Surroundings): Promise<void> {
  const vault = await ownVault(config());
  await using database = await openDatabase(config());
  const source = await openNamed(database.db, name, config());
  const connector = connectorOf(source.connector);
  const { webhook: old, credentials: before } = source.secrets;
  const credentials = await completeCredentials(connector, { ...before, ...given.credential }, ask);
  const fresh = await freshSecret();
  const kept = given.dropOld === true ? (fresh === null ? old.slice(0, 1) : []) : old;
  const webhook = [...(fresh === null ? [] : [fresh.secret]), ...kept].slice(0, SECRETS_KEPT);
  const { connector: kind, settings } = source;
  const secrets = { webhook, credentials };
  await saveSource(database.db, { name, connector: kind, settings, secrets, actor: 'usher sources' }, vault);
  const shown = fresh?.isMade === true ? fresh.secret : null;
  const also = webhook.length > 1 ? ` The old one counts, too, until usher sources rotate ${name} --drop-old.` : '';
  const text =
    shown === null
      ? `The secrets of ${name} are replaced.${also}`
      : `The new webhook secret of ${name}, shown this once: ${shown}\nGive it to ${connector.title}.${also}`;
  screen.show({ source: name, secret: shown, webhook_secrets: webhook.length }, text);

  async function freshSecret(): Promise<{ secret: string; isMade: boolean } | null> {
    if (given.secret !== undefined) return { secret: checkedSecret(connector, given.secret), isMade: false };
    if (given.credential !== undefined || given.dropOld === true) return null;
    if (connector.secretIs !== 'theirs') return { secret: newSecret(connector), isMade: true };
    const said = await ask?.secret(`Webhook secret that ${connector.title} shows`);
    if (said === undefined)
      throw new CannotDo('secret_missing', `${connector.title} makes the secret: give it with --secret.`);
    return { secret: checkedSecret(connector, said), isMade: false };
  }
}
