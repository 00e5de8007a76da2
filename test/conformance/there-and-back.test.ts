import type { Connector } from '@usher/core/connectors/connector';
import { connectors } from '@usher/core/connectors/registry';
import { findTicket, type StoredTicket } from '@usher/db/find-ticket';
import type { Source } from '@usher/db/sources';
import type { Deps } from '@usher/worker/deps';
import { classify } from '@usher/worker/handlers/classify';
import { deliver } from '@usher/worker/handlers/deliver';
import { fetch } from '@usher/worker/handlers/fetch';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type ApiUnderTest, openApi } from '../api/api-under-test.ts';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { type Sample, samplesOf } from '../support/connector-samples.ts';
import { announceTo } from '../support/endpoint.ts';
import { type HelpdeskServer, startHelpdesk } from '../support/helpdesk/server.ts';
import { makeSource, posted } from '../support/incoming-webhooks.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import { openDesk, type SupportDesk, workerDeps } from '../worker/support-desk.ts';

let own: SupportDesk;
let api: ApiUnderTest;
let claude: ClaudeServer;
let deps: Deps;
beforeAll(async () => {
  own = await openDesk();
  api = await openApi({ databaseUrl: own.databaseUrl });
  claude = await startClaudeServer();
  const { signal } = new AbortController();
  deps = { ...workerDeps(own, { baseUrl: claude.url }).deps, enqueue: async () => {}, signal };
});
afterAll(async () => {
  await claude[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

/** A delivery that brings a ticket, and what the helpdesk answers when it is asked for the text. */
interface NewTicket {
  name: string;
  says: string;
  connector: Connector;
  sample: Sample;
  externalId: string;
  answers: readonly unknown[];
}

const newTickets = connectors.flatMap((connector) => samplesOf(connector.name).flatMap((one) => newIn(connector, one)));

/** One event of a list brings its ticket with the answers of the samples that have one event only. */
function newIn(connector: Connector, sample: Sample): NewTicket[] {
  const readings = sample.readings.map((reading) => Object(reading));
  const fetched = sample.fetched ?? samplesOf(connector.name).find((other) => other.fetched !== undefined)?.fetched;
  return readings.flatMap(({ kind, draft, ticketId }) => {
    const known = { name: connector.name, says: sample.says, connector, sample };
    if (kind === 'ticket') return [{ ...known, externalId: String(draft.ticket_id), answers: [] }];
    const isText = kind === 'fetch' && Object(fetched?.reading).kind === 'ticket';
    return isText ? [{ ...known, externalId: String(ticketId), answers: fetched?.answers ?? [] }] : [];
  });
}

test('every connector has a sample of a new ticket', () => {
  expect(new Set(newTickets.map(({ name }) => name))).toEqual(new Set(connectors.map(({ name }) => name)));
});

test.each(newTickets.filter(({ connector }) => connector.api !== null))(
  '$name: $says is taken, decided by an engine and shown in its helpdesk, and the echo of our own writing changes nothing',
  async ({ name, connector, sample, externalId, answers }) => {
    await using server = await startHelpdesk(name);
    const source = await makeSource(own.db, connector, { base_url: server.url });
    // Intercom's tickets are told from its conversations by a prefix of ours.
    const shown = server.open({ id: externalId.replace(/^ticket-/, ''), tags: ['77'], fields: { '999': 'kept' } });
    expect((await post(connector, source, sample)).status).toBe(202);
    await fetchText(source, { server, answers });
    const ticket = await decide(source, externalId);
    await deliverAll(ticket);

    expect((await own.history(ticket.id)).deliveries).toMatchObject([{ state: 'delivered', lastError: null }]);
    expect(shown.notes).toHaveLength(1);
    expect(shown).toMatchObject({ tags: expect.arrayContaining(['77']), fields: { '999': 'kept' } });
    const teams: Record<string, unknown> = Object(source.settings['teams']);
    expect(shown.team).toBe(String(teams[ticket.team ?? '']));

    const after = { ...shown };
    const echo = samplesOf(name).find(({ readings }) => Object(readings[0]).reason === 'own_change');
    if (echo === undefined) throw new Error(`${name} has no sample of our own change`);
    expect(await post(connector, source, echo)).toMatchObject({ status: 202, body: { tickets: 0, fetching: 0 } });
    expect(shown).toEqual(after);
    expect(await stored(source, externalId)).toMatchObject({ revision: 1, decisionId: ticket.decisionId });
    expect((await own.history(ticket.id)).deliveries).toMatchObject([{ state: 'delivered' }]);
  },
);

test.each(newTickets.filter(({ connector }) => connector.api === null))(
  '$name: $says is taken, decided by an engine and told to an endpoint, signed',
  async ({ connector, sample, externalId }) => {
    const source = await makeSource(own.db, connector);
    await using receiver = await startWebhookReceiver();
    await using endpoint = await announceTo(own.db, receiver.url, { sourceId: source.id });
    expect((await post(connector, source, sample)).status).toBe(202);
    const ticket = await decide(source, externalId);
    await deliverAll(ticket);

    const [call, ...more] = receiver.received;
    expect(more).toEqual([]);
    const headers = Object.fromEntries(Object.entries(call?.headers ?? {}).map(([key, value]) => [key, String(value)]));
    expect(new Webhook(endpoint.secret).verify(call?.body ?? '', headers)).toMatchObject({
      type: 'ticket.decided',
      data: { ticket_id: externalId, category: ticket.category, routed_to: ticket.team },
    });
  },
);

function post(connector: Connector, source: Source, sample: Sample): Promise<Answer> {
  const { path, headers, body } = posted(connector, source, sample);
  return api.send(path, { key: null, headers, body });
}

/** Fetches what the delivery left out, as the vendor's own sample answers it. */
async function fetchText(
  { id }: Source,
  { server, answers }: { server: HelpdeskServer; answers: readonly unknown[] },
): Promise<void> {
  const left = answers.map((answer) => ({ status: 200, body: JSON.stringify(answer) }));
  server.interfere(({ method }) => (method === 'GET' ? (left.shift() ?? null) : null));
  const due = await own.sql<{ id: number }[]>`
    select id::int from fetches where source_id = ${id} and kind = 'text'`;
  for (const { id: fetchId } of due) await fetch({ fetchId }, deps);
  expect([due.length > 0, left.length]).toEqual([answers.length > 0, 0]);
}

/** Lets the worker decide about the ticket, and answers it as it stands then. */
async function decide(source: Source, externalId: string): Promise<StoredTicket> {
  const { id: ticketId } = await stored(source, externalId);
  await classify({ ticketId, revision: 1, lane: 'live' }, deps);
  const ticket = await stored(source, externalId);
  expect((await own.history(ticketId)).decisions).toMatchObject([{ actorKind: 'engine', actor: 'claude' }]);
  return ticket;
}

async function deliverAll({ id }: StoredTicket): Promise<void> {
  for (const { id: deliveryId } of (await own.history(id)).deliveries) await deliver({ deliveryId }, deps);
}

async function stored({ name }: Source, externalId: string): Promise<StoredTicket> {
  const ticket = await findTicket(own.db, { source: name, externalId });
  if (ticket === undefined) throw new Error(`the ticket ${externalId} of ${name} never came`);
  return ticket;
}
