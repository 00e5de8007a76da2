import { loadOf } from '@usher/core/connectors/intake';
import { connectors, findConnector } from '@usher/core/connectors/registry';
import type { Job } from '@usher/core/jobs';
import { claimFetches } from '@usher/db/fetches';
import { recordDecision } from '@usher/db/record-decision';
import { jobsOf, receiveLoad } from '@usher/db/receive-load';
import { removeSource, type Source } from '@usher/db/sources';
import type { Deps } from '@usher/worker/deps';
import { fetch } from '@usher/worker/handlers/fetch';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeRelease, routeToFinance } from '../../db/decision.ts';
import { samplesOf } from '../../support/connector-samples.ts';
import { announceTo } from '../../support/endpoint.ts';
import { startHelpdesk, type HelpdeskServer } from '../../support/helpdesk/server.ts';
import { makeSource } from '../../support/incoming-webhooks.ts';
import { openDesk, type SupportDesk, workerDeps } from '../support-desk.ts';

let desk: SupportDesk;
const open: AsyncDisposable[] = [];
beforeAll(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** A source with its helpdesk on loopback. */
async function connected(name: string): Promise<{ server: HelpdeskServer; source: Source }> {
  const connector = findConnector(name);
  if (connector === undefined) throw new Error(`no connector ${name}`);
  const server = await startHelpdesk(name);
  open.push(server);
  return { server, source: await makeSource(desk.db, connector, { base_url: server.url }) };
}

/** What a sample's delivery leaves to be fetched. */
async function received(source: Source, sample: { headers: Record<string, string>; body: unknown }): Promise<number> {
  const connector = findConnector(source.connector);
  const load = loadOf(connector?.open(source.settings).read(sample) ?? []);
  const given = { sourceId: source.id, lane: 'live', load, deliveryId: null, content: null } as const;
  const [fetchId] = (await receiveLoad(desk.db, given)).fetchIds;
  if (fetchId === undefined) throw new Error('this delivery left nothing to fetch');
  return fetchId;
}

function worker(changes: Partial<Deps> = {}) {
  const { deps, events } = workerDeps(desk, {});
  const hints: Job[] = [];
  const signal = new AbortController().signal;
  const all: Deps = { ...deps, enqueue: async (jobs) => void hints.push(...jobs), signal, ...changes };
  return { fetch: (fetchId: number) => fetch({ fetchId }, all), hints, events };
}

async function row(fetchId: number) {
  const [found] =
    await desk.sql`select *, due_at - now() > interval '4 seconds' as is_later from fetches where id = ${fetchId}`;
  return found;
}

const fetching = connectors.flatMap(({ name }) =>
  samplesOf(name).flatMap((sample) => {
    const { fetched } = sample;
    return fetched === undefined ? [] : [{ name, says: sample.says, sample, fetched }];
  }),
);

describe('A text that a webhook leaves out', () => {
  test.each(fetching)('is fetched from $name: $says', async ({ name, sample, fetched }) => {
    const { server, source } = await connected(name);
    const answers = fetched.answers.map((answer) => ({ status: 200, body: JSON.stringify(answer) }));
    server.interfere(({ method }) => (method === 'GET' ? (answers.shift() ?? null) : null));
    const fetchId = await received(source, sample);
    const { fetch, hints } = worker();
    await fetch(fetchId);

    const reading = Object(fetched.reading);
    const stored = await desk.sql`select external_id, subject, body, state from tickets where source_id = ${source.id}`;
    if (reading.kind === 'ticket') {
      expect(stored).toMatchObject([{ external_id: reading.draft.ticket_id, state: 'received' }]);
      expect(hints).toMatchObject([{ name: 'classify' }]);
    } else {
      expect([stored.length, hints]).toEqual([0, []]);
    }
    expect(await row(fetchId)).toMatchObject({ state: 'done', last_error: null });
  });

  const [front] = fetching.filter(({ name, fetched }) => name === 'front' && Object(fetched.reading).kind === 'ticket');
  if (front === undefined) throw new Error('front has no sample to fetch');
  const answer = { status: 200, body: JSON.stringify(front.fetched.answers[0]) };

  test('is asked for until the helpdesk gives it, and found by the sweep where the queue forgot', async () => {
    const { server, source } = await connected('front');
    server.script({ status: 500 }, 'cut', { status: 401 }, { status: 200, body: '{"odd":1}' }, answer);
    const fetchId = await received(source, front.sample);
    const { fetch } = worker();
    const errors = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await fetch(fetchId);
      const found = await row(fetchId);
      expect(found).toMatchObject({ state: 'pending', failures: attempt + 1, is_later: true });
      errors.push(found?.['last_error']);
    }
    expect(errors).toEqual([
      expect.stringMatching(/answered 500/),
      expect.stringMatching(/was not reached/),
      expect.stringMatching(/answered 401 .*credentials/),
      expect.stringMatching(/not of the known form/),
    ]);
    await desk.sql`update fetches set due_at = now() where id = ${fetchId}`;
    expect(await claimFetches(desk.db, { limit: 10, againAfterMs: 10_000 })).toContainEqual({
      name: 'fetch',
      payload: { fetchId },
    });
    await fetch(fetchId);
    expect(await row(fetchId)).toMatchObject({ state: 'done' });
    await fetch(fetchId);
    expect(server.calls).toHaveLength(5);
  });

  test('is asked for again no sooner than the helpdesk wishes', async () => {
    const { server, source } = await connected('front');
    server.script({ status: 429, headers: { 'retry-after': '1800' } });
    const fetchId = await received(source, front.sample);
    await worker().fetch(fetchId);
    const [found] =
      await desk.sql`select extract(epoch from due_at - now())::int as seconds from fetches where id = ${fetchId}`;
    expect(found?.['seconds']).toBeGreaterThan(1_700);
  });

  test('is fetched once more where another event comes while it is fetched', async () => {
    const { server, source } = await connected('front');
    const fetchId = await received(source, front.sample);
    server.interfere(() => answer);
    const late = {
      ...workerDeps(desk, {}).deps.delivering,
      turnstile: async <T>(_: string, work: () => Promise<T>) => {
        const result = await work();
        expect(await received(source, front.sample)).toBe(fetchId);
        return result;
      },
    };
    await worker({ delivering: late }).fetch(fetchId);
    expect(await row(fetchId)).toMatchObject({ state: 'pending', asked: 2 });
    await worker().fetch(fetchId);
    expect(await row(fetchId)).toMatchObject({ state: 'done' });
    expect(await desk.sql`select 1 from tickets where source_id = ${source.id}`).toHaveLength(1);
  });

  test('is given up only where the helpdesk says that it is gone, or the source is', async () => {
    const { server, source } = await connected('front');
    server.script({ status: 404 });
    const fetchId = await received(source, front.sample);
    await worker().fetch(fetchId);
    expect(await row(fetchId)).toMatchObject({ state: 'gone', last_error: expect.stringMatching(/404/) });

    const other = await received(source, front.sample);
    await removeSource(desk.db, { name: source.name, actor: 'test' });
    await worker().fetch(other);
    expect(await row(other)).toMatchObject({ state: 'gone', last_error: 'the source was removed' });
    expect(server.calls).toHaveLength(1);
  });
});

const closing = connectors.flatMap(({ name, api }) => {
  const sample = samplesOf(name).find(({ readings }) => Object(readings[0]).kind === 'closed');
  return api === null || sample === undefined
    ? []
    : [{ name, sample, externalId: String(Object(sample.readings[0]).ticketId) }];
});

describe('A ticket that is closed', () => {
  /** A ticket of a source that an engine routed to finance. */
  async function decided(source: Source, externalId: string): Promise<number> {
    const draft = { ticket_id: externalId, subject: 'Refund', body: 'I was charged twice.' };
    const reading = findConnector('standard')
      ?.open({})
      .read({ headers: {}, body: { type: 'ticket.created', data: draft } });
    const load = loadOf(reading ?? []);
    const given = { sourceId: source.id, lane: 'live', load, deliveryId: null, content: null } as const;
    const [job] = jobsOf(await receiveLoad(desk.db, given));
    const ticketId = job?.name === 'classify' ? job.payload.ticketId : 0;
    const releaseId = await makeRelease(desk.db);
    const decided = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'local', calls: [] } as const;
    await recordDecision(desk.db, { ...decided, decision: routeToFinance() });
    return ticketId;
  }

  const learnt = (ticketId: number) =>
    desk.sql`select via, category from outcomes where ticket_id = ${ticketId} order by id`;

  test.each(closing)('teaches what it was at its end: $name', async ({ name, sample, externalId }) => {
    const { server, source } = await connected(name);
    const { fields, teams } = source.settings;
    const field = String(Object(fields)['category']);
    const bare = externalId.replace(/^ticket-/, '');
    server.open({
      id: bare,
      status: 'closed',
      team: String(Object(teams)['security'] ?? ''),
      fields: { [field]: 'technical' },
    });
    const ticketId = await decided(source, externalId);
    const fetchId = await received(source, sample);
    await worker().fetch(fetchId);
    expect(await row(fetchId)).toMatchObject({ state: 'done', last_error: null });
    expect(await learnt(ticketId)).toEqual([{ via: 'closed', category: 'technical' }]);

    const again = await received(source, sample);
    await worker().fetch(again);
    expect(await learnt(ticketId)).toHaveLength(1);
  });

  test('tells its end by itself where the webhook does, and is waited for where it has not come yet', async () => {
    const standard = findConnector('standard');
    if (standard === undefined) throw new Error('no connector standard');
    const source = await makeSource(desk.db, standard);
    const body = { type: 'ticket.closed', data: { ticket_id: 'T-77', category: 'technical' } };
    const fetchId = await received(source, { headers: {}, body });
    await worker().fetch(fetchId);
    expect(await row(fetchId)).toMatchObject({
      state: 'pending',
      last_error: 'this ticket never came',
      is_later: true,
    });
    await using endpoint = await announceTo(desk.db, 'https://example.com/hook', { sourceId: source.id });
    const ticketId = await decided(source, 'T-77');
    const told = (await desk.history(ticketId)).deliveries.length;
    const { fetch, hints } = worker();
    await fetch(fetchId);
    const news = (await desk.history(ticketId)).deliveries.slice(told);
    expect(news).toMatchObject([{ endpointId: endpoint.id }]);
    expect(hints).toEqual(news.map(({ id }) => ({ name: 'deliver', payload: { deliveryId: id } })));
    expect(await row(fetchId)).toMatchObject({ state: 'done' });
    expect(await learnt(ticketId)).toEqual([{ via: 'closed', category: 'technical' }]);

    const never = await received(source, { headers: {}, body: { ...body, data: { ...body.data, ticket_id: 'T-78' } } });
    await desk.sql`update fetches set created_at = now() - interval '2 hours' where id = ${never}`;
    await worker().fetch(never);
    expect(await row(never)).toMatchObject({ state: 'gone' });
  });
});
