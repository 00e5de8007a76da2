import type { Connector } from '@usher/core/connectors/connector';
import { Duration } from '@usher/core/duration';
import { Mode } from '@usher/core/release';
import type { Db } from '@usher/db/connect';
import { setPull } from '@usher/db/pulls';
import { findSource, saveSource } from '@usher/db/sources';
import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Command } from 'commander';
import { Option } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { ownVault } from '../secret-key.ts';
import { readSourceName } from '../source-name.ts';
import { type Pairs, readPair, settingValue } from '../sources/flags.ts';
import { mapNames } from '../sources/map-names.ts';
import { accountOf, connectorOf } from '../sources/open.ts';
import { setupText, webhookUrl } from '../sources/say.ts';
import { completeCredentials, webhookSecret } from '../sources/secrets.ts';
import { checkedSettings, completeSettings, type Settings } from '../sources/settings.ts';
import type { Surroundings } from '../surroundings.ts';

interface Given {
  baseUrl?: string;
  secret?: string;
  credential?: Pairs;
  set?: Pairs;
  team?: Pairs;
  priority?: Pairs;
  field?: Pairs;
  mode?: string;
  pull?: string;
  offline?: boolean;
}

const EXAMPLE = `
Examples:
  $ usher sources add zendesk
  $ usher sources add zendesk desk --base-url https://acme.zendesk.com \\
      --credential email=usher@acme.com --credential api_token=… --team finance=31 --pull 5m`;

export function addSourceAdd(sources: Command, surroundings: Surroundings): void {
  sources
    .command('add')
    .description('set up a helpdesk, or set it up anew; asks for what is missing when there is a terminal')
    .argument('<connector>', 'kind of helpdesk: zendesk, freshdesk, …, or standard for anything that signs')
    .argument('[name]', 'name of the source; that of the connector unless said')
    .option('--base-url <url>', "where the helpdesk's API is")
    .option('--secret <secret>', 'secret of its webhook')
    .option('--credential <name=value>', 'what its API wants; may be given several times', readPair)
    .option('--team <ours=theirs>', "a team's id or name in the helpdesk; may be given several times", readPair)
    .option('--priority <ours=theirs>', 'the same for priorities', readPair)
    .option(
      '--field <fact=theirs>',
      'custom field for category, subcategory, priority, sla_due_at or confidence',
      readPair,
    )
    .option('--set <setting=value>', 'any other setting of docs/connectors.md; a value may be JSON', readPair)
    .addOption(new Option('--mode <mode>', 'what is written back').choices(Mode.options))
    .option('--pull <interval>', 'ask for changed tickets every so often, such as 5m')
    .option('--offline', 'do not call the helpdesk')
    .addHelpText('after', EXAMPLE)
    .action((kind: string, name: string | undefined, given: Given) => add(kind, name, { given, surroundings }));
}

async function add(
  kind: string,
  given: string | undefined,
  { given: flags, surroundings }: { given: Given; surroundings: Surroundings },
): Promise<void> {
  const { config, screen, ask } = surroundings;
  const connector = connectorOf(kind);
  const name = readSourceName(given ?? kind);
  const everyMs = readInterval(flags.pull);
  const vault = await ownVault(config());
  await using database = await openDatabase(config());
  await refuseTaken(database.db, name, kind);
  const settings = await completeSettings(connector, settingsIn(flags), ask);
  const credentials = await completeCredentials(connector, flags.credential ?? {}, ask);
  const { secret, isMade } = await webhookSecret(connector, flags.secret, ask);
  const secrets = { webhook: secret === null ? [] : [secret], credentials };
  const source = { name, connector: kind, settings, secrets };
  const mapped = flags.offline === true ? settings : await mappedSettings(database.db, source, surroundings);
  checkedSettings(connector, mapped);
  const pull = everyMs === undefined ? undefined : startOf(connector, mapped);
  const saved = await saveSource(database.db, { ...source, settings: mapped, actor: 'usher sources' }, vault);
  if (everyMs !== undefined && pull !== undefined) {
    await setPull(database.db, { sourceId: saved.id, everyMs, cursor: pull });
  }
  const document = {
    source: name,
    connector: kind,
    webhook_url: webhookUrl(config(), name),
    secret: isMade ? secret : null,
    settings: mapped,
  };
  screen.show(document, setupText(connector, config(), { name, secret, isMade }));
}

/** A name belongs to one kind of source for ever, because its tickets do. */
async function refuseTaken(db: Db, name: string, kind: string): Promise<void> {
  const taken = await findSource(db, name);
  if (taken === undefined || taken.connector === kind) return;
  throw new CannotDo(
    'source_taken',
    `There is a source ${name} of another kind (${taken.connector}). Choose another name.`,
  );
}

function settingsIn({ baseUrl, set = {}, team, priority, field, mode }: Given): Settings {
  const others = Object.entries(set).map(([key, value]) => [key, settingValue(value)] as const);
  return {
    ...Object.fromEntries(others),
    ...(baseUrl !== undefined && { base_url: baseUrl }),
    ...(team !== undefined && { teams: team }),
    ...(priority !== undefined && { priorities: priority }),
    ...(field !== undefined && { fields: field }),
    ...(mode !== undefined && { mode }),
  };
}

async function mappedSettings(
  db: Db,
  source: Parameters<typeof accountOf>[0] & { settings: Settings },
  { config, screen, ask }: Surroundings,
): Promise<Settings> {
  const account = accountOf(source, config());
  if (account.helpdesk === null) return source.settings;
  const taxonomy = (await currentTaxonomy(db))?.taxonomy;
  const teams = [...new Set(taxonomy?.categories.map(({ team }) => team)), 'triage'];
  const { signal } = new AbortController();
  const { settings, self, unmapped } = await mapNames(account, source.settings, { teams, ask, signal });
  if (self !== null)
    screen.remark(`The credentials act as ${self.name || 'user'} (${self.id}); its own changes are ignored.`);
  if (unmapped.length > 0) {
    screen.remark(
      `Found no team for ${unmapped.join(', ')}: nothing is assigned there until --team OURS=THEIRS says which.`,
    );
  }
  return settings;
}

function readInterval(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const read = Duration.safeParse(text);
  if (read.success && read.data >= 60_000) return read.data;
  throw new CannotDo('interval_invalid', `"${text}" cannot be an interval: use 1m or more, such as 5m or 1h.`);
}

function startOf(connector: Connector, settings: Settings): string {
  const { pull } = connector.open(settings);
  if (pull !== null) return pull.start(new Date());
  throw new CannotDo('no_pull', `${connector.title} cannot be asked for changed tickets; its webhook tells them.`);
}
