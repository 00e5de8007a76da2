import { accountOf } from '@usher/engines/claude/account';
import { rollUp } from '@usher/db/rollup/roll-up';
import { connectQueue } from '@usher/queue/connect';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { serve, type Serving } from '@usher/api/serve';
import { createApp } from '@usher/api/app';
import { createSampler } from '@usher/api/now/sampler';
import { streamNow } from '@usher/api/now/stream';
import { Hono } from 'hono';
import { createQueueSpace, type QueueSpace, serverKinds } from '../queue/queue-servers.ts';
import { type ApiUnderTest, openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';
import { sessionOf } from './session-of.ts';

const CLAUDE = {
  account: accountOf('sk-ant-test'),
  models: ['claude-haiku-5-5', 'claude-sonnet-5-5'],
  ceilings: { requests: 50 },
  dailyMicroUsd: 20_000_000,
};
const UNREAD = { action: 'triage', reason: 'unavailable', team: 'triage', category: null, confidence: null } as const;

describe.each(serverKinds)('what happens now, with queues on %s', (kind) => {
  let space: QueueSpace;
  let api: ApiUnderTest;
  beforeAll(async () => {
    space = await createQueueSpace(kind);
    api = await openApi({ queueUrl: space.url, claude: CLAUDE });
    const tickets = ['T-1', 'T-2', 'T-3', 'T-4'].map((id) => ({
      ticket_id: id,
      subject: `About ${id}`,
      body: 'Hello',
    }));
    await api.send('/v1/tickets', { body: { tickets } });
    await decideAs(api, 'T-1');
    await decideAs(api, 'T-2', UNREAD);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await space[Symbol.asyncDispose]();
  });

  test('is told whole: volume, backlog, queues, workers, budget, money and failures', async () => {
    await using consumer = connectQueue(space.url, { role: 'consumer' });
    const worker = consumer.worker('classify-live', async () => {}, { concurrency: 1, autorun: false });
    await worker.waitUntilReady();
    await rollUp(api.db, { mostMs: 20_000, patienceMs: 20_000 });
    const { status, body } = await api.send('/v1/now');
    await worker.close();
    const none = { n: 0, is_more: false };
    expect(status).toBe(200);
    expect(body).toMatchObject({
      volume: { not_counted: 0 },
      backlog: {
        lanes: [
          {
            lane: 'live',
            waiting: { n: 2, is_more: false },
            postponed: none,
            in_batches: none,
            oldest_seconds: expect.any(Number),
          },
          { lane: 'bulk', waiting: none, oldest_seconds: null },
        ],
        triaged: { n: 1 },
        suggested: none,
      },
      queue: { queues: [{ name: 'classify-live' }, { name: 'classify-bulk', failed: 0 }, {}, {}, {}], workers: 1 },
      claude: {
        breakers: [],
        pools: [
          {
            model: 'claude-haiku-5-5',
            requests: { limit: 50 },
            input_tokens: { limit: 2_000_000 },
            pace: expect.any(Number),
            paused_ms: 0,
            places: 0,
          },
          { model: 'claude-sonnet-5-5' },
        ],
        money: { paid_today_usd: 0.000_096, purses: [{ whose: 'everybody', spent_usd: 0, limit_usd: 20 }] },
      },
      failures: {
        tickets: { count: { n: 1 }, newest: [{ ticket_id: 'T-2', subject: 'About T-2', reason: 'unavailable' }] },
        deliveries: { count: none, newest: [] },
        fetches: none,
      },
    });
    expect(sumOf(body)).toEqual({ received: 4, decided: 2 });
  });
});

function sumOf(body: unknown): { received: number; decided: number } {
  const minutes: { received: number; decided: number }[] = Object(body).volume.minutes;
  expect(minutes).toHaveLength(60);
  return minutes.reduce((sum, one) => ({ received: sum.received + one.received, decided: sum.decided + one.decided }), {
    received: 0,
    decided: 0,
  });
}

describe('what happens now', () => {
  let api: ApiUnderTest;
  let server: Serving;
  let sql: postgres.Sql;
  beforeAll(async () => {
    api = await openApi({ claude: CLAUDE });
    server = await serve(createApp(api.deps).fetch, { host: '127.0.0.1', port: 0 });
    sql = postgres(api.databaseUrl, { max: 1 });
  });
  afterAll(async () => {
    await server.stop(1_000);
    await sql.end();
    await api[Symbol.asyncDispose]();
  });
  const listen = async (headers: Record<string, string>) => {
    const url = `http://127.0.0.1:${server.port}/v1/now`;
    return readEvents(await fetch(url, { headers: { ...headers, Accept: 'text/event-stream' } }));
  };

  test('comes as a stream that tells of a ticket by itself', async () => {
    await using events = await listen(await sessionOf(api, 'ops'));
    expect(events.type).toMatch(/^text\/event-stream/);
    expect(sumOf(await events.next('now'))).toMatchObject({ received: 0 });
    await api.send('/ticket-webhook', { body: { ticket_id: 'S-1', body: 'Hello' } });
    await vi.waitUntil(async () => sumOf(await events.next('now')).received === 1, { timeout: 15_000, interval: 0 });
  });

  test('ends when the session does, and listening does not keep it', async () => {
    const headers = await sessionOf(api, 'ops', 'listener@example.com');
    await using events = await listen(headers);
    await events.next('now');
    await sql`update sessions set seen_at = now() - interval '90 minutes', ends_at = now()
              from people where people.id = person_id and email = 'listener@example.com'`;
    await events.next('ended');
    expect(await events.isOver()).toBe(true);
    const [session] = await sql`
      select sessions.seen_at < now() - interval '80 minutes' as "isOld" from sessions
      join people on people.id = person_id where email = 'listener@example.com'`;
    expect(session?.['isOld']).toBe(true);
  });

  test('says that somebody is there where there is nothing new', async () => {
    const stopping = new AbortController();
    const nothing = { kind: 'failed', number: 1, thrown: new Error('nothing can be seen') } as const;
    const app = new Hono().get('/', (c) =>
      streamNow(c, {
        look: async () => nothing,
        mayListen: async () => true,
        stopping: stopping.signal,
        silentMs: 20,
      }),
    );
    await using events = readEvents(await app.request('/'));
    await events.next('away');
    for (let heard = 0; heard < 2; heard += 1) expect(await events.next('still')).toEqual({});
    stopping.abort();
    expect(await events.isOver()).toBe(true);
  });

  test('is not told to agents', async () => {
    expect((await api.send('/v1/now', { key: null, headers: await sessionOf(api, 'agent') })).status).toBe(403);
  });

  test('the breaker is opened and closed by hand, with a reason, and both are written down', async () => {
    const { key } = await api.makeKey(['ops']);
    const open = { action: 'open', why: 'The key is being changed', for: '30m' };
    expect(await api.send('/v1/breaker', { key, body: open })).toMatchObject({
      status: 200,
      body: { breakers: [{ state: 'open', reason: 'hand', detail: 'The key is being changed' }] },
    });
    expect(await api.send('/v1/breaker', { key, body: { action: 'close', why: 'Done' } })).toMatchObject({
      status: 200,
      body: { breakers: [{ state: 'closed', reason: null }] },
    });
    const audited = await sql`select verb, detail ->> 'why' as why from audit where verb like 'breaker.%' order by id`;
    expect(audited.map(({ verb, why }) => [verb, why])).toEqual([
      ['breaker.opened', 'The key is being changed'],
      ['breaker.closed', 'Done'],
    ]);
  });

  test.each([
    [{ action: 'open' }, 'why'],
    [{ action: 'open', why: ' ' }, 'why'],
    [{ action: 'open', why: 'x', for: '99d' }, 'for'],
    [{ action: 'shut', why: 'x' }, 'action'],
  ])('%j is refused with what is wrong', async (body, field) => {
    expect(await api.send('/v1/breaker', { body })).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  test('a ticket about which nothing was predicted is tried again, once', async () => {
    await api.send('/ticket-webhook', { body: { ticket_id: 'R-1', body: 'Hello' } });
    await decideAs(api, 'R-1', UNREAD);
    expect(await api.send('/v1/tickets/api:R-1/retry', { method: 'POST' })).toMatchObject({
      status: 202,
      body: { retried: 1 },
    });
    expect((await api.send('/v1/tickets/api:R-1')).body).toMatchObject({ state: 'received', revision: 2 });
    const again = await api.send('/v1/tickets/api:R-1/retry', { method: 'POST' });
    expect(again).toMatchObject({ status: 409, body: { code: 'nothing_to_retry' } });
    expect((await api.send('/v1/tickets/api:nobody/retry', { method: 'POST' })).status).toBe(404);
    await decideAs(api, 'R-1');
    expect((await api.send('/v1/tickets/api:R-1')).body).toMatchObject({ state: 'routed', category: 'billing' });
  });

  test('all of them are tried again, or those with one reason', async () => {
    await api.send('/v1/tickets', {
      body: { tickets: ['A-1', 'A-2'].map((id) => ({ ticket_id: id, body: 'Hello' })) },
    });
    await decideAs(api, 'A-1', UNREAD);
    await decideAs(api, 'A-2', { ...UNREAD, reason: 'unusable' });
    const retried = async (body: unknown) => (await api.send('/v1/tickets/retry', { body })).body;
    expect(await retried({ reason: 'unusable' })).toEqual({ retried: 1, may_be_more: false });
    expect(await retried({})).toEqual({ retried: 1, may_be_more: false });
    expect(await retried({})).toEqual({ retried: 0, may_be_more: false });
    expect((await api.send('/v1/tickets/retry', { body: { reason: 'low_confidence' } })).status).toBe(422);
  });
});

test('while the queue is away the rest is told, and nothing waits for it', async () => {
  await using api = await openApi({ queueUrl: 'redis://127.0.0.1:1', claude: CLAUDE });
  expect(await api.send('/v1/now')).toMatchObject({
    status: 200,
    body: { queue: null, claude: { pools: null }, backlog: { triaged: { n: 0 } } },
  });
});

test('all who ask share one look while it is good, and one that took long is good for longer', async () => {
  let clock = 0;
  let looks = 0;
  let takes = 10;
  const look = async () => {
    clock += takes;
    looks += 1;
    if (looks === 4) throw new Error('away');
    return looks;
  };
  const sample = createSampler({ look, everyMs: 2_000, now: () => clock });
  const asked = await Promise.all([sample(), sample(), sample()]);
  expect(asked).toEqual(Array.from({ length: 3 }, () => ({ kind: 'seen', number: 1, value: 1 })));
  clock += 1_999;
  expect((await sample()).number).toBe(1);
  clock += 1;
  takes = 1_000;
  expect((await sample()).number).toBe(2);
  clock += 4_999;
  expect((await sample()).number).toBe(2);
  clock += 1;
  takes = 5_000;
  expect((await sample()).number).toBe(3);
  clock += 5_000;
  expect(await sample()).toMatchObject({ kind: 'failed', number: 4 });
  clock += 2_000;
  expect(await sample()).toEqual({ kind: 'seen', number: 5, value: 5 });
});

interface Events extends AsyncDisposable {
  type: string;
  /** The data of the next event of this name. */
  next(name: string): Promise<unknown>;
  isOver(): Promise<boolean>;
}

function readEvents(answer: Response): Events {
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const read = async () => {
    const { value = '', done } = await reader.read();
    text += value;
    return !done;
  };
  return {
    type: answer.headers.get('content-type') ?? '',
    async next(name) {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end < 0) {
          if (!(await read())) throw new Error(`the stream ended before ${name}`);
          continue;
        }
        const [event, rest] = [text.slice(0, end), text.slice(end + 2)];
        text = rest;
        if (event.includes(`event: ${name}`)) return JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null');
      }
    },
    isOver: async () => !(await read()),
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}
