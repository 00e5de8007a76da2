import { findConnector } from '@usher/core/connectors/registry';
import type { Job } from '@usher/core/jobs';
import { claimPulls, loadPull, removePull, setPull } from '@usher/db/pulls';
import type { Source } from '@usher/db/sources';
import { pull } from '@usher/worker/handlers/pull';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type HelpdeskServer, startHelpdesk } from '../../support/helpdesk/server.ts';
import { makeSource } from '../../support/incoming-webhooks.ts';
import { openDesk, type SupportDesk, workerDeps } from '../support-desk.ts';

let desk: SupportDesk;
let server: HelpdeskServer | undefined;
beforeAll(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  await desk.sql`delete from pulls`;
  await server?.[Symbol.asyncDispose]();
});
afterAll(() => desk[Symbol.asyncDispose]());

const HOUR = 3_600_000;

/** A Zendesk whose incremental export has these pages, and a source that is pulled from it. */
async function zendesk(...pages: object[][]): Promise<{ source: Source; server: HelpdeskServer }> {
  const connector = findConnector('zendesk');
  if (connector === undefined) throw new Error('no connector zendesk');
  const started = await startHelpdesk('zendesk');
  server = started;
  started.interfere(({ path }) => {
    const at = Number(/cursor=(\d+)$/.exec(path)?.[1] ?? 0);
    const page = { tickets: pages[at] ?? [], after_cursor: String(at + 1), end_of_stream: at + 1 >= pages.length };
    return { status: 200, body: JSON.stringify(page) };
  });
  const source = await makeSource(desk.db, connector, { base_url: started.url });
  await setPull(desk.db, { sourceId: source.id, everyMs: HOUR, cursor: 'start_time=1795420800' });
  return { source, server: started };
}

function ticket(id: number, given: object = {}) {
  const recent = new Date(Date.now() - 60_000).toISOString();
  return {
    id,
    subject: 'Refund',
    description: `Twice, ${id}.`,
    status: 'open',
    created_at: recent,
    updated_at: recent,
    ...given,
  };
}

function worker() {
  const { deps, events } = workerDeps(desk, {});
  const hints: Job[] = [];
  const all = {
    ...deps,
    enqueue: async (jobs: readonly Job[]) => void hints.push(...jobs),
    signal: new AbortController().signal,
  };
  return { pull: (source: Source) => pull({ sourceId: source.id }, all), hints, events };
}

const stored = (source: Source) =>
  desk.sql`select external_id as id, lane, body from tickets where source_id = ${source.id} order by id`;

test('A pull takes what changed, page by page, and goes on there the next time', async () => {
  const old = '2020-01-01T00:00:00Z';
  const { source, server } = await zendesk([ticket(1), ticket(2, { created_at: old, updated_at: old })], [ticket(3)]);
  const { pull, hints } = worker();
  await pull(source);
  expect(await stored(source)).toMatchObject([
    { id: '1', lane: 'live' },
    { id: '2', lane: 'bulk' },
    { id: '3', lane: 'live' },
  ]);
  expect(hints.map(({ name }) => name)).toEqual(['classify', 'classify', 'classify']);
  const { pull: row } = (await loadPull(desk.db, source.id)) ?? {};
  expect(row).toMatchObject({ cursor: 'cursor=2', failures: 0, lastError: null });
  expect((row?.dueAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(HOUR - 60_000);

  await pull(source);
  expect(server.calls.map(({ path }) => path.split('?')[1])).toEqual(['start_time=1795420800', 'cursor=1', 'cursor=2']);
  expect(await stored(source)).toHaveLength(3);
});

test('A pull that is read again, as after a crash, changes nothing', async () => {
  const { source } = await zendesk([ticket(1)]);
  await worker().pull(source);
  await setPull(desk.db, { sourceId: source.id, everyMs: HOUR, cursor: 'start_time=1795420800' });
  const { pull, hints } = worker();
  await pull(source);
  expect([await stored(source), hints]).toMatchObject([[{ id: '1' }], []]);
});

test('A pull looks up the end of tickets that are known here, and of no others', async () => {
  const { source } = await zendesk([ticket(1)], [ticket(1, { status: 'solved' }), ticket(9, { status: 'closed' })]);
  await worker().pull(source);
  const fetches = await desk.sql`select external_id, kind from fetches where source_id = ${source.id}`;
  expect(fetches).toEqual([{ external_id: '1', kind: 'close' }]);
  expect(await stored(source)).toHaveLength(1);
});

test('A pull that fails says why, waits as long as the helpdesk wishes, and loses nothing', async () => {
  const { source, server } = await zendesk();
  const served = server.calls;
  const { pull, events } = worker();
  server.script({
    status: 200,
    body: JSON.stringify({ tickets: [ticket(1)], after_cursor: '1', end_of_stream: false }),
  });
  server.interfere(() => ({ status: 429, headers: { 'retry-after': '600' } }));
  await pull(source);
  expect(await stored(source)).toHaveLength(1);
  const { pull: row } = (await loadPull(desk.db, source.id)) ?? {};
  expect(row).toMatchObject({ cursor: 'cursor=1', failures: 1, lastError: expect.stringMatching(/answered 429/) });
  expect((row?.dueAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(590_000);
  expect(events.at(-1)).toMatchObject({ kind: 'pull_postponed', source: source.name });

  server.interfere(() => ({
    status: 200,
    body: JSON.stringify({ tickets: [ticket(2)], after_cursor: '2', end_of_stream: true }),
  }));
  await pull(source);
  expect(await stored(source)).toHaveLength(2);
  expect(served).toHaveLength(3);
});

test('Sources are pulled when they are due, until they are not pulled any more', async () => {
  const { source } = await zendesk([]);
  const job = { name: 'pull', payload: { sourceId: source.id } };
  expect(await claimPulls(desk.db, { limit: 10, againAfterMs: 60_000 })).toContainEqual(job);
  expect(await claimPulls(desk.db, { limit: 10, againAfterMs: 60_000 })).not.toContainEqual(job);
  expect(await removePull(desk.db, source.id)).toBe(true);
  await worker().pull(source);
  expect(server?.calls).toHaveLength(0);
});
