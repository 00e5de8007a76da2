import { DEADLINES } from '@usher/api/database';
import { migrate } from '@usher/db/migrate';
import { createApiKey } from '@usher/db/api-keys';
import { connectDatabase } from '@usher/db/connect';
import { queueDepths } from '@usher/queue/depth';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type PrivatePostgres, startPrivatePostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { type Answer, type ApiUnderTest, openApi } from './api-under-test.ts';
import { startProxy } from './proxy.ts';

let tickets = 0;

/** Sends a ticket of its own. */
function post(api: ApiUnderTest): Promise<Answer> {
  tickets += 1;
  return api.send('/ticket-webhook', { body: { ticket_id: `T-${tickets}`, body: 'Two charges.' } });
}

async function untilTaken(api: ApiUnderTest): Promise<void> {
  await vi.waitUntil(async () => (await post(api)).status === 202, { timeout: 20_000, interval: 50 });
}

function expectAway({ status, body, headers }: Answer): void {
  expect([status, body]).toMatchObject([503, { code: 'database_unavailable' }]);
  expect(headers.get('Retry-After')).toMatch(/^\d+$/);
}

describe('while Postgres is down', () => {
  let postgres: PrivatePostgres;
  let api: ApiUnderTest;
  let key: string;

  beforeAll(async () => {
    postgres = await startPrivatePostgres();
    await migrate(postgres.url);
    api = await openApi({ databaseUrl: postgres.url, now: () => 0, deadlines: DEADLINES });
    await using database = connectDatabase(postgres.url, { name: 'test' });
    ({ key } = await createApiKey(database.db, { name: 'x', scopes: ['admin'], source: 'api', actor: 'test' }));
    await untilTaken(api);
    await postgres.crash();
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });

  test('a ticket is answered 503, to be sent again', async () => {
    expectAway(await post(api));
  });

  test('a batch is answered 503', async () => {
    expectAway(await api.send('/v1/tickets', { body: { tickets: [{ ticket_id: 'B-1', body: 'x' }] } }));
  });

  test('a key that cannot be checked is answered 503, not 401', async () => {
    expectAway(await api.send('/ticket-webhook', { key, body: { ticket_id: 'K-1', body: 'x' } }));
  });

  test.each(['/v1/tickets', '/v1/tickets/1', '/v1/reports/accuracy', '/v1/taxonomy'])('GET %s is 503', async (path) => {
    expectAway(await api.send(path));
  });

  test('the process lives and is not ready, and says why', async () => {
    expect((await api.send('/livez')).status).toBe(200);
    const ready = await api.send('/readyz');
    expect([ready.status, ready.body]).toMatchObject([503, { reasons: ['The database cannot be reached.'] }]);
  });

  test('its metrics can be scraped all the same, and count the refusals', async () => {
    const { status, text } = await api.send('/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/^usher_database_unavailable_total [1-9]/m);
    expect(text).not.toMatch(/^usher_tickets_waiting\{/m);
  });

  test('many refusals are one line in the log', () => {
    expect(api.logged.filter(({ event }) => event === 'database_away')).toHaveLength(1);
  });

  test('when it is back, tickets are taken again without anybody doing anything', async () => {
    await postgres.start();
    await untilTaken(api);
    expect((await api.send('/ticket-webhook', { key, body: { ticket_id: 'K-1', body: 'x' } })).status).toBe(202);
    expect((await api.send('/readyz')).status).toBe(200);
  });
});

test('Postgres that hangs is answered 503 like one that is down, and tickets are taken when it goes on', async () => {
  await using database = await createTestDatabase();
  await using proxy = await startProxy(database.url);
  await using api = await openApi({ databaseUrl: proxy.url, queueUrl: database.url, deadlines: DEADLINES });
  await untilTaken(api);
  proxy.hold();
  const [first, second, report, ready] = await Promise.all([
    post(api),
    post(api),
    api.send('/v1/reports/accuracy'),
    api.send('/readyz'),
  ]);
  for (const answer of [first, second, report]) expectAway(answer);
  expect(ready.status).toBe(503);
  proxy.release();
  await untilTaken(api);
});

test('connections whose other end has vanished are given up for new ones', async () => {
  await using database = await createTestDatabase();
  await using proxy = await startProxy(database.url);
  const deadlines = { quickMs: 1_000, slowMs: 2_000, deafMs: 1_500 };
  await using api = await openApi({ databaseUrl: proxy.url, queueUrl: database.url, deadlines });
  // More questions at once than there are connections, so that none is left.
  const ask = () => Promise.all(Array.from({ length: 30 }, (_, at) => api.send(`/v1/tickets/${at + 1}`)));
  await vi.waitUntil(async () => (await ask()).every(({ status }) => status === 404), {
    timeout: 20_000,
    interval: 50,
  });
  proxy.hold();
  for (const answer of await ask()) expectAway(answer);
  proxy.admitNew();
  await untilTaken(api);
});

test('without Redis tickets are taken as ever, and when it is back it is used again', async () => {
  await using redis = await startRedis();
  await using api = await openApi({ queueUrl: redis.url, now: () => 0 });
  await redis.kill();
  for (let sent = 0; sent < 3; sent += 1) expect((await post(api)).status).toBe(202);
  await api.deps.hints.drain(10_000);
  expect((await api.send('/metrics')).text).toMatch(/^usher_hints_lost_total 3$/m);
  expect(api.logged.filter(({ event }) => event === 'hints_lost')).toMatchObject([
    { level: 40, jobs: 1, error: { code: 'queue_unreachable' } },
  ]);
  expect((await api.send('/readyz')).status).toBe(200);

  await redis.start();
  await vi.waitUntil(
    () =>
      api.queue.ping().then(
        () => true,
        () => false,
      ),
    { timeout: 20_000, interval: 50 },
  );
  expect((await post(api)).status).toBe(202);
  await api.deps.hints.drain(10_000);
  expect((await queueDepths(api.queue))['classify-live'].waiting).toBe(1);
});
