import type { TestProject } from 'vitest/node';
import { makeTemplate, serveSharedPostgres } from './postgres-server.ts';
import { chooseRedisWay, serveRedis } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The shared server, and the migrated database on it that is cloned for each test file. */
    postgres: { url: string; template: string };
    /** The shared server, or what to do to get one. */
    redis: { url: string } | { missing: string };
  }
}

const open: (() => Promise<void>)[] = [];

/** Starts one Postgres and one Redis for the whole run and tells the test files where they are. */
export async function setup(project: TestProject): Promise<void> {
  const [postgres, redis] = await Promise.all([openPostgres(), openRedis()]);
  project.provide('postgres', postgres);
  project.provide('redis', redis);
}

/** Ends what `setup` started. */
export async function teardown(): Promise<void> {
  await Promise.all(open.splice(0).map((end) => end()));
}

async function openPostgres(): Promise<{ url: string; template: string }> {
  const server = await serveSharedPostgres();
  open.push(() => server.end());
  return { url: server.url, template: await makeTemplate(server.url) };
}

/** Without a Redis the other tests still run; those that want one fail, each saying how to get it. */
async function openRedis(): Promise<{ url: string } | { missing: string }> {
  const given = process.env['TEST_REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given };
  const way = await chooseRedisWay();
  if (way.kind === 'none') return { missing: way.missing };
  const server = await serveRedis(way);
  open.push(() => server.end('hard'));
  return { url: server.url };
}
