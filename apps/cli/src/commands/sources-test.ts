import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { accountOf, openNamed } from '../sources/open.ts';
import { probeRead, probeWrite } from '../sources/probe-helpdesk.ts';
import { type Probe, probeWebhook } from '../sources/probe-webhook.ts';
import type { Surroundings } from '../surroundings.ts';

export function addSourceTest(sources: Command, { config, screen }: Surroundings): void {
  sources
    .command('test')
    .description(
      'prove that a source works: its webhook is believed, its helpdesk can be read, and what would be written',
    )
    .argument('<name>', 'name of the source')
    .option('--ticket <id>', "a ticket of the helpdesk, by the helpdesk's id; nothing is changed on it")
    .action(async (name: string, options: { ticket?: string }) => {
      await using database = await openDatabase(config());
      const source = await openNamed(database.db, name, config());
      const account = accountOf(source, config());
      const [secret] = source.secrets.webhook;
      const webhook = await probeWebhook(account, { name, secret, config: config() });
      const { probe: read, ticketId } = await probeRead(account, options.ticket);
      const taxonomy = (await currentTaxonomy(database.db))?.taxonomy;
      const write = await probeWrite(account, ticketId, taxonomy);
      const probes = [webhook, read, write];
      screen.show({ source: name, probes }, probes.map(line).join('\n'));
      if (probes.some(({ result }) => result === 'failed')) {
        throw new CannotDo('source_fails', `${name} does not work yet; the lines above say what to do.`);
      }
    });
}

function line({ what, result, detail, calls = [] }: Probe): string {
  const sent = calls.map(({ method, path, body }) => `         ${method} ${path} ${JSON.stringify(body)}`);
  return [`${result.padEnd(7)}  ${what}: ${detail}`, ...sent].join('\n');
}
