import { EndpointDraft, EndpointPatch } from '@usher/core/endpoint-draft';
import { OutboundEvent } from '@usher/core/outbound-event';
import { changeEndpoint, createEndpoint, listEndpoints, removeEndpoint, rotateSecret } from '@usher/db/endpoints';
import type { Command } from 'commander';
import { Option } from 'commander';
import { checkedUrl, draftOf, endpointDocument, endpointRow, sourceIdOf, unknownEndpoint } from '../endpoint-input.ts';
import { openDatabase } from '../open-database.ts';
import { readHours, readNumber } from '../read-number.ts';
import { table } from '../screen.ts';
import { ownVault } from '../secret-key.ts';
import { sendTest } from '../send-test.ts';
import type { Surroundings } from '../surroundings.ts';

const ACTOR = 'usher endpoints';
const HOUR_MS = 3_600_000;
const EVENTS = `what is told, separated by commas: ${OutboundEvent.options.join(', ')}`;
const ID = 'number of the endpoint, from usher endpoints list';

interface Wanted {
  source?: string;
  events?: string;
  description?: string;
}

export function addEndpoints(program: Command, surroundings: Surroundings): void {
  const endpoints = program
    .command('endpoints')
    .description('who else is told about decisions, signed per Standard Webhooks');
  addListing(endpoints, surroundings);
  addMaking(endpoints, surroundings);
  addChanging(endpoints, surroundings);
  addSecrets(endpoints, surroundings);
}

function addListing(endpoints: Command, { config, screen }: Surroundings): void {
  endpoints
    .command('list')
    .description('every endpoint, without its secret')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listEndpoints(database.db);
      const heading = ['id', 'url', 'events', 'source', 'state'];
      screen.show(listed.map(endpointDocument), table([heading, ...listed.map(endpointRow)]));
    });
}

function addMaking(endpoints: Command, { config, screen }: Surroundings): void {
  endpoints
    .command('add')
    .description('tell an endpoint; the secret that verifies what it is told is shown this once')
    .argument('<url>', 'https address that takes the events')
    .option('--source <name>', 'only tickets of this source')
    .option('--events <events>', EVENTS)
    .option('--description <text>', 'whose endpoint it is')
    .addHelpText('after', '\nExample:\n  $ usher endpoints add https://example.com/usher --source api')
    .action(async (url: string, wanted: Wanted) => {
      const { source, ...draft } = draftOf(EndpointDraft, { url, ...fieldsOf(wanted) });
      const address = checkedUrl(draft.url, config().USHER_OUTBOUND);
      const vault = await ownVault(config());
      await using database = await openDatabase(config());
      const sourceId = await sourceIdOf(source, database.db);
      const made = await createEndpoint(database.db, { ...draft, url: address, sourceId }, { vault, actor: ACTOR });
      const text = `Endpoint ${made.id} is told at ${address}.\nThe secret that verifies it is shown this once:\n${made.secret}`;
      screen.show({ ...made, url: address, events: draft.events, source }, text);
    });
}

function addChanging(endpoints: Command, { config, screen }: Surroundings): void {
  const change = async (id: number, patch: EndpointPatch, said: string) => {
    const { url, source, disabled, ...rest } = patch;
    const address = url === undefined ? undefined : checkedUrl(url, config().USHER_OUTBOUND);
    await using database = await openDatabase(config());
    const given = {
      ...rest,
      ...(address !== undefined && { url: address }),
      ...(source !== undefined && { sourceId: await sourceIdOf(source, database.db) }),
      ...(disabled !== undefined && { isDisabled: disabled }),
    };
    if (!(await changeEndpoint(database.db, id, { ...given, actor: ACTOR }))) throw unknownEndpoint(id);
    screen.show({ id, ...patch }, said);
  };
  endpoints
    .command('change')
    .description('tell an endpoint elsewhere, or other things')
    .argument('<id>', ID, readNumber)
    .option('--url <url>', 'https address that takes the events')
    .addOption(new Option('--source <name>', 'only tickets of this source').conflicts('everySource'))
    .option('--every-source', 'tickets of every source')
    .option('--events <events>', EVENTS)
    .option('--description <text>', 'whose endpoint it is')
    .action(async (id: number, wanted: Wanted & { url?: string; everySource?: boolean }) => {
      const { url, everySource } = wanted;
      const fields = { ...(url && { url }), ...fieldsOf(wanted), ...(everySource === true && { source: null }) };
      await change(id, draftOf(EndpointPatch, fields), `Endpoint ${id} is changed.`);
    });
  endpoints
    .command('disable')
    .description('tell an endpoint nothing for now; what is decided meanwhile it never hears of')
    .argument('<id>', ID, readNumber)
    .action((id: number) => change(id, { disabled: true }, `Endpoint ${id} is told nothing for now.`));
  endpoints
    .command('enable')
    .description('tell an endpoint again, also one that was disabled because it answered 410')
    .argument('<id>', ID, readNumber)
    .action((id: number) => change(id, { disabled: false }, `Endpoint ${id} is told again.`));
  endpoints
    .command('remove')
    .description('take an endpoint out of use and forget its secrets')
    .argument('<id>', ID, readNumber)
    .action(async (id: number) => {
      await using database = await openDatabase(config());
      if (!(await removeEndpoint(database.db, id, ACTOR))) throw unknownEndpoint(id);
      screen.show({ id, removed: true }, `Endpoint ${id} is removed.`);
    });
}

function addSecrets(endpoints: Command, { config, screen }: Surroundings): void {
  endpoints
    .command('rotate')
    .description('give an endpoint a new secret; for a while each event is signed with both')
    .argument('<id>', ID, readNumber)
    .option('--keep-hours <hours>', 'how long the old secret signs, too', readHours, 24)
    .action(async (id: number, { keepHours }: { keepHours: number }) => {
      const vault = await ownVault(config());
      await using database = await openDatabase(config());
      const by = { vault, actor: ACTOR, keepForMs: keepHours * HOUR_MS };
      const rotated = await rotateSecret(database.db, id, by);
      if (rotated === undefined) throw unknownEndpoint(id);
      const text = `The new secret of endpoint ${id} is shown this once; the old one counts for ${keepHours} h:\n${rotated.secret}`;
      screen.show({ id, ...rotated }, text);
    });
  endpoints
    .command('test')
    .description('send an endpoint a test through the running service, and say how it went')
    .argument('<id>', ID, readNumber)
    .action(async (id: number) => {
      await using database = await openDatabase(config());
      const sent = await sendTest(database, id);
      if (sent === undefined) throw unknownEndpoint(id);
      screen.show(sent.document, sent.text);
    });
}

function fieldsOf({ source, events, description }: Wanted) {
  return {
    ...(source !== undefined && { source }),
    ...(description !== undefined && { description }),
    ...(events !== undefined && { events: events.split(',').map((event) => event.trim()) }),
  };
}
