import type { TestProject } from 'vitest/node';
import { makeTemplate, serveSharedPostgres } from './postgres-server.ts';
import { chooseRedisWay, serveRedis, type RedisWay } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The shared server, and the migrated database on it that is cloned for each test file. */
    postgres: { url: string; template: string };
    /** The shared server, or what to do to get one. */
    redis: { url: string } | { missing: string };
    /** How a test gets a server of its own. */
    redisWay: RedisWay;
  }
}

const open: (() => Promise<void>)[] = [];

/** Starts one Postgres and one Redis for the whole run and tells the test files where they are. */
export async function setup(project: TestProject): Promise<void> {
  await Promise.all([openPostgres(project), openRedis(project)]);
}

/** Ends what `setup` started. */
export async function teardown(): Promise<void> {
  await Promise.all(open.splice(0).map((end) => end()));
}

async function openPostgres(project: TestProject): Promise<void> {
  const server = await serveSharedPostgres();
  open.push(() => server.end());
  project.provide('postgres', { url: server.url, template: await makeTemplate(server.url) });
}

/** Without a Redis the other tests still run; those that want one fail, each saying how to get it. */
async function openRedis(project: TestProject): Promise<void> {
  const way = await chooseRedisWay();
  project.provide('redisWay', way);
  project.provide('redis', await sharedRedis(way));
}

async function sharedRedis(way: RedisWay): Promise<{ url: string } | { missing: string }> {
  const given = process.env['TEST_REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given };
  if (way.kind === 'none') return { missing: way.missing };
  const server = await serveRedis(way);
  open.push(() => server.end('hard'));
  return { url: server.url };
}
