import { randomBytes } from 'node:crypto';
import { type Outbound, readOutboundUrl } from '@usher/core/outbound-url';
import type { Db } from '@usher/db/connect';
import { ensureSource, findSource, listSources, setWebhook } from '@usher/db/sources';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import { ownVault } from '../secret-key.ts';
import { readSourceName } from '../source-name.ts';
import type { Surroundings } from '../surroundings.ts';

export function addSources(program: Command, { config, screen }: Surroundings): void {
  const sources = program.command('sources').description('who sends tickets, and where their decisions are announced');
  sources
    .command('list')
    .description('every source and its outbound webhook')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listSources(database.db);
      const rows = listed.map(({ id, name, connector, webhookUrl }) => [
        String(id),
        name,
        connector,
        webhookUrl ?? 'none',
      ]);
      const document = listed.map(({ id, name, connector, webhookUrl }) => ({
        id,
        name,
        connector,
        webhook_url: webhookUrl,
      }));
      screen.show(document, table([['id', 'name', 'connector', 'webhook'], ...rows]));
    });
  sources
    .command('webhook')
    .description('announce decisions of a source at this address, signed per Standard Webhooks')
    .argument('<source>', 'name of the source; made if there is none')
    .argument('[url]', 'https address that takes the webhook')
    .option('--remove', 'announce nothing any more')
    .addHelpText('after', '\nExample:\n  $ usher sources webhook api https://example.com/usher')
    .action(async (name: string, url: string | undefined, options: { remove?: boolean }) => {
      if (options.remove === true) {
        await using database = await openDatabase(config());
        await removeWebhook(database.db, name);
        return screen.show({ source: name, webhook_url: null }, `Decisions of ${name} are not announced any more.`);
      }
      if (url === undefined) throw new CannotDo('no_address', 'Give the address of the webhook, or --remove.');
      const address = checkedAddress(url, config().USHER_OUTBOUND);
      const vault = await ownVault(config());
      await using database = await openDatabase(config());
      const source = await ensureSource(database.db, readSourceName(name));
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      await setWebhook(database.db, source.id, { url: address, secret: vault.seal(secret) });
      screen.show(
        { source: name, webhook_url: address, secret },
        `Decisions of ${name} are announced at ${address}.\nThe secret that verifies them is shown this once:\n${secret}`,
      );
    });
}

async function removeWebhook(db: Db, name: string): Promise<void> {
  const source = await findSource(db, name);
  if (source === undefined)
    throw new CannotDo('unknown_source', `There is no source ${name}. usher sources list shows them.`);
  await setWebhook(db, source.id, null);
}

function checkedAddress(url: string, outbound: Outbound): string {
  const read = readOutboundUrl(url, outbound);
  if (read.kind === 'usable') return read.url;
  throw new CannotDo(
    'address_refused',
    `${url} cannot be used: it ${read.why}. For development, set USHER_OUTBOUND=any.`,
  );
}
