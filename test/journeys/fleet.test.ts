import { access } from 'node:fs/promises';
import { Settings } from '@usher/core/config';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.ts';
import { findFreePort } from '@usher/embedded/port';
import { createRedisSpace, type RedisSpace } from '../support/redis.ts';
import { type Client, clientOf } from './client.ts';
import { type Compose, readCompose } from './compose.ts';
import { runService, type ServiceProcess } from './service-process.ts';

const KEY = 'a-bootstrap-key-for-the-journey-0123456789';
const OUR_OWN = ['migrate', 'api', 'worker'];
const OF_THE_CONTAINERS = [
  'PORT',
  'USHER_HOST',
  'DATABASE_URL',
  'QUEUE_URL',
  'REDIS_URL',
  'USHER_SAMPLES',
  'USHER_DATA_DIR',
  'USHER_TAXONOMY',
  'USHER_METRICS_PORT',
];

describe('docker-compose.yml', () => {
  test('refuses to come up without a password for the database', async () => {
    await expect(readCompose({})).rejects.toThrow('POSTGRES_PASSWORD: set POSTGRES_PASSWORD in .env');
  });

  test('runs files that exist, sets settings that exist and waits for services that exist', async () => {
    const { services, volumes } = await readCompose({ POSTGRES_PASSWORD: 'secret' });
    expect(Object.keys(services)).toEqual(['postgres', 'redis', ...OUR_OWN]);
    for (const name of OUR_OWN) {
      const [main = ''] = services[name]?.command ?? [];
      await access(new URL(`../../${main}`, import.meta.url));
      expect(Object.keys(Settings.shape)).toEqual(
        expect.arrayContaining(Object.keys(services[name]?.environment ?? {})),
      );
    }
    const awaited = Object.values(services).flatMap(({ depends_on }) => Object.keys(depends_on));
    expect(Object.keys(services)).toEqual(expect.arrayContaining(awaited));
    const mounted = Object.values(services).flatMap(({ volumes: own }) =>
      own.map((volume) => volume.split(':')[0] ?? ''),
    );
    const ofTheProject = mounted.filter((source) => source.startsWith('./'));
    for (const path of ofTheProject) await access(new URL(`../../${path}`, import.meta.url));
    expect(Object.keys(volumes)).toEqual(mounted.filter((source) => !ofTheProject.includes(source)));
  });

  test('hands every setting of .env on, except those that belong to the containers themselves', async () => {
    const given = Object.fromEntries(Object.keys(Settings.shape).map((name) => [name, `given-${name}`]));
    const { services } = await readCompose({ ...given, POSTGRES_PASSWORD: 'secret' });
    const environment = services['worker']?.environment ?? {};
    const kept = Object.keys(Settings.shape).filter((name) => environment[name] !== given[name]);
    expect(kept).toEqual(OF_THE_CONTAINERS);
  });

  test('shows every container the taxonomy of the folder, for reading only', async () => {
    const { services } = await readCompose({ POSTGRES_PASSWORD: 'secret' });
    for (const name of OUR_OWN) expect(services[name]?.volumes).toEqual(['./taxonomy.yaml:/usher/taxonomy.yaml:ro']);
  });

  test('keeps a Redis that persists and never evicts, and gives workers time to end', async () => {
    const { services } = await readCompose({ POSTGRES_PASSWORD: 'secret' });
    expect(services['redis']?.command?.join(' ')).toBe('redis-server --appendonly yes --maxmemory-policy noeviction');
    expect(services['worker']?.stop_grace_period).toBe('35s');
  });
});

describe('Two API processes and three workers on one Redis and one Postgres', () => {
  let database: TestDatabase;
  let redis: RedisSpace;
  let compose: Compose;
  let clients: Client[];
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    [database, redis] = await Promise.all([createEmptyDatabase(), createRedisSpace()]);
    compose = await readCompose({ POSTGRES_PASSWORD: 'secret', USHER_API_KEY: KEY });
    const migrate = run('migrate');
    expect(await migrate.ended, migrate.output()).toBe(0);
    const ports = [await findFreePort(), await findFreePort()];
    const apis = ports.map((port) => run('api', { PORT: String(port) }));
    const workers = [1, 2, 3].map(() => run('worker', { USHER_METRICS_PORT: '0' }));
    await Promise.all(apis.map((api) => api.wrote(/"event":"listening"/)));
    await Promise.all(workers.map((worker) => worker.wrote(/The worker works/)));
    clients = ports.map((port) => clientOf(`http://127.0.0.1:${port}`, KEY));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(running.map((service) => service[Symbol.asyncDispose]()));
    await Promise.all([redis.drop(), database.drop()]);
  });

  /** Starts a service of the compose file outside a container: the same command and settings, with the test's servers. */
  function run(name: string, changed: Record<string, string> = {}): ServiceProcess {
    const { command = [], environment = {} } = compose.services[name] ?? {};
    const servers = { DATABASE_URL: database.url, QUEUE_URL: redis.url, USHER_HOST: '127.0.0.1' };
    const service = runService(command, { environment: { ...environment, ...servers, ...changed } });
    running.push(service);
    return service;
  }

  function clientAt(place: number): Client {
    const client = clients[place];
    if (client === undefined) throw new RangeError(`there is no API ${place}`);
    return client;
  }

  test('share the load: every worker decides, either API takes in and shows, and nothing is decided twice', async () => {
    await using opened = new AsyncDisposableStack();
    const sql = opened.adopt(postgres(database.url, { max: 1 }), (own) => own.end());
    const posts = Array.from({ length: 10 }, (_, batch) => {
      const tickets = Array.from({ length: 100 }, (_, at) => ({
        ticket_id: `F-${batch * 100 + at}`,
        subject: 'Charged twice',
        body: `I was charged twice for order ${batch * 100 + at}, please refund one charge.`,
      }));
      return clientAt(batch % 2).send('/v1/tickets', { body: { tickets } });
    });
    for (const answer of await Promise.all(posts)) expect(answer.status).toBe(202);
    const waiting = async () => (await sql`select 1 from tickets where state = 'received' limit 1`).length;
    await vi.waitUntil(async () => (await waiting()) === 0, { timeout: 60_000, interval: 100 });

    const [counts] =
      await sql`select count(*)::int as decisions, count(distinct ticket_id)::int as tickets from decisions`;
    expect(counts).toEqual({ decisions: 1_000, tickets: 1_000 });
    const workers = running.slice(3);
    const shares = () => workers.map((worker) => worker.output().match(/"event":"ticket_decided"/g)?.length ?? 0);
    // What a worker wrote arrives a moment after what it stored.
    await vi.waitFor(() => expect(shares().reduce((sum, share) => sum + share, 0)).toBe(1_000), 10_000);
    for (const share of shares()) expect(share).toBeGreaterThan(50);
    for (const client of clients) {
      expect((await client.send('/v1/tickets/api:F-7')).body).toMatchObject({ routed_to: 'finance', state: 'routed' });
    }
  }, 90_000);

  test('end with 0 when they are asked to', async () => {
    const services = running.slice(1);
    for (const service of services) service.kill('SIGTERM');
    expect(await Promise.all(services.map((service) => service.ended))).toEqual([0, 0, 0, 0, 0]);
  }, 60_000);
});
