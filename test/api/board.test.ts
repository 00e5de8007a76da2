import { enqueue } from '@usher/queue/enqueue';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueueSpace, type QueueSpace, serverKinds } from '../queue/queue-servers.ts';
import { type ApiUnderTest, openApi, type Sent } from './api-under-test.ts';
import { sessionOf } from './session-of.ts';

type Browser = Awaited<ReturnType<typeof sessionOf>>;
const PAUSE = '/ops/queues/api/queues/deliver/pause';

describe.each(serverKinds)('Bull Board over queues on %s', (kind) => {
  let space: QueueSpace;
  let api: ApiUnderTest;
  let ops: Browser;
  let sql: postgres.Sql;
  beforeAll(async () => {
    space = await createQueueSpace(kind);
    api = await openApi({ queueUrl: space.url });
    ops = await sessionOf(api, 'ops');
    sql = postgres(api.databaseUrl, { max: 1 });
  });
  afterAll(async () => {
    await sql.end();
    await api[Symbol.asyncDispose]();
    await space[Symbol.asyncDispose]();
  });
  const browse = (path: string, sent: Sent = {}) => api.send(path, { key: null, headers: ops, ...sent });

  test('shows every queue with its jobs to ops', async () => {
    await enqueue(api.queue, [{ name: 'classify', payload: { ticketId: 7, revision: 1, lane: 'live' } }]);
    const { status, body } = await browse('/ops/queues/api/queues?activeQueue=classify-live&status=waiting');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      queues: [
        { name: 'classify-live', counts: { waiting: 1 }, readOnlyMode: true, jobs: [{ data: { ticketId: 7 } }] },
        { name: 'classify-bulk', counts: { waiting: 0 }, readOnlyMode: true },
        { name: 'deliver' },
        { name: 'fetch' },
        { name: 'upkeep' },
      ],
    });
    expect((await browse('/ops/queues/api/redis/stats')).body).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });

  test('changes nothing until ops says so, and then says who did what', async () => {
    const isPaused = () => api.queue.queue('deliver').isPaused();
    expect(await browse(PAUSE, { method: 'PUT' })).toMatchObject({ status: 403, body: { code: 'queues_locked' } });
    expect(await isPaused()).toBe(false);
    const unlocked = await browse('/ops/queues/unlock', { method: 'POST' });
    expect(unlocked).toMatchObject({ status: 200, body: { unlocked_until: expect.stringMatching(/Z$/) } });
    expect((await browse('/ops/queues/unlock')).body).toEqual(unlocked.body);
    expect((await browse('/ops/queues/api/queues')).body).toMatchObject({
      queues: [{ readOnlyMode: false }, {}, {}, {}, {}],
    });
    expect((await browse(PAUSE, { method: 'PUT' })).status).toBe(200);
    expect(await isPaused()).toBe(true);
    expect((await browse(PAUSE.replace('pause', 'resume'), { method: 'PUT' })).status).toBe(200);
    expect((await browse('/ops/queues/unlock', { method: 'DELETE' })).body).toEqual({ unlocked_until: null });
    expect((await browse(PAUSE, { method: 'PUT' })).status).toBe(403);
    const audited = await sql`select actor, verb, subject from audit where verb like 'queues.%' order by id`;
    expect(audited.map(({ actor, verb, subject }) => [actor, verb, String(subject).replace(/\d+/, 'N')])).toEqual([
      ['ops@example.com', 'queues.unlock', 'session N'],
      ['ops@example.com', 'queues.change', 'PUT /api/queues/deliver/pause'],
      ['ops@example.com', 'queues.change', 'PUT /api/queues/deliver/resume'],
      ['ops@example.com', 'queues.lock', 'session N'],
    ]);
  });
});

describe('Bull Board', () => {
  let api: ApiUnderTest;
  let ops: Browser;
  beforeAll(async () => {
    api = await openApi();
    ops = await sessionOf(api, 'ops');
  });
  afterAll(() => api[Symbol.asyncDispose]());
  const browse = (path: string, sent: Sent = {}) => api.send(path, { key: null, headers: ops, ...sent });

  test('is a page under a strict policy, with nothing from elsewhere', async () => {
    for (const path of ['/ops/queues', '/ops/queues/', '/ops/queues/queue/deliver']) {
      const { status, text, headers } = await browse(path);
      expect([path, status, headers.get('Cache-Control')]).toEqual([path, 200, 'no-cache']);
      const policy = headers.get('Content-Security-Policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(text).not.toMatch(/https?:|<style| style=/);
      const files = [...text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => `/ops/queues/${file}`);
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) expect([file, (await browse(file)).status]).toEqual([file, 200]);
    }
  });

  test.each(['/ops/queues/static/../../../../package.json', '/ops/queues/static/nothing.js', '/ops/queues/nothing'])(
    '%s is not there',
    async (path) => expect((await browse(path)).status).toBe(404),
  );

  test('is not for agents, nor for strangers, who are led to where people sign in', async () => {
    const headers = await sessionOf(api, 'agent');
    for (const path of ['/ops/queues', '/ops/queues/api/queues', '/ops/queues/static/favicon.ico'])
      expect([path, (await browse(path, { headers })).status]).toEqual([path, 403]);
    const stranger = await browse('/ops/queues', { headers: { Accept: 'text/html,*/*' } });
    expect([stranger.status, stranger.headers.get('Location')]).toEqual([302, '/now']);
    expect((await browse('/ops/queues/api/queues', { headers: {} })).status).toBe(401);
  });

  test('stays locked for other sessions, for keys, and for other sites', async () => {
    expect((await browse('/ops/queues/unlock', { method: 'POST' })).status).toBe(200);
    const other = await sessionOf(api, 'admin');
    expect((await browse(PAUSE, { method: 'PUT', headers: other })).status).toBe(403);
    const { key } = await api.makeKey(['ops']);
    expect((await api.send(PAUSE, { method: 'PUT', key })).status).toBe(403);
    expect((await api.send('/ops/queues/unlock', { method: 'POST', key })).status).toBe(409);
    const elsewhere = { ...ops, 'Sec-Fetch-Site': 'cross-site' };
    for (const [method, path] of [
      ['PUT', PAUSE],
      ['POST', '/ops/queues/unlock'],
    ] as const)
      expect(await browse(path, { method, headers: elsewhere })).toMatchObject({
        status: 403,
        body: { code: 'cross_site' },
      });
  });

  test('locks by itself when its time is over', async () => {
    await browse('/ops/queues/unlock', { method: 'POST' });
    const sql = postgres(api.databaseUrl, { max: 1 });
    await sql`update sessions set queues_unlocked_until = now() where queues_unlocked_until is not null`;
    await sql.end();
    expect((await browse('/ops/queues/unlock')).body).toEqual({ unlocked_until: null });
    expect(await browse(PAUSE, { method: 'PUT' })).toMatchObject({ status: 403, body: { code: 'queues_locked' } });
  });
});

test('while the queue is away its page is there, and what it cannot say is a problem without a trace of the program', async () => {
  await using api = await openApi({ queueUrl: 'redis://127.0.0.1:1' });
  const headers = await sessionOf(api, 'ops');
  expect((await api.send('/ops/queues', { key: null, headers })).status).toBe(200);
  const answer = await api.send('/ops/queues/api/queues', { key: null, headers });
  expect(answer).toMatchObject({ status: 503, body: { code: 'queue_unreachable' } });
  expect(answer.text).not.toMatch(/^\s+at |node_modules|ECONN/m);
  expect((await api.send('/ticket-webhook', { body: { ticket_id: 'T-1', body: 'Two charges.' } })).status).toBe(202);
});

test('what BullMQ refuses is a problem too', async () => {
  await using api = await openApi();
  const headers = await sessionOf(api, 'ops');
  await api.send('/ops/queues/unlock', { method: 'POST', key: null, headers });
  await enqueue(api.queue, [{ name: 'deliver', payload: { deliveryId: 1 } }]);
  const [job] = await api.queue.queue('deliver').getJobs(['waiting']);
  const path = `/ops/queues/api/queues/deliver/${job?.id}/promote`;
  const answer = await api.send(path, { method: 'PUT', key: null, headers });
  expect(answer).toMatchObject({ status: 503, body: { code: 'queue_failed' } });
  expect(answer.text).not.toMatch(/^\s+at |node_modules/m);
});
