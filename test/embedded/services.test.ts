import { Redis } from 'ioredis';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import {
  createEmptyDatabase,
  createTestDatabase,
  startPrivatePostgres,
  type TestDatabase,
} from '../support/postgres.ts';
import { createRedisSpace, startRedis } from '../support/redis.ts';

function connect(url: string): postgres.Sql {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(() => sql.end());
  return sql;
}

async function tablesOf({ url }: TestDatabase): Promise<string[]> {
  const rows = await connect(
    url,
  )`select table_name as name from information_schema.tables where table_schema = 'public'`;
  return rows.map((row) => String(row['name']));
}

it('gives each test file a migrated database of its own, and drops it even while it is used', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await connect(one.url)`create table mine ()`;
  expect(await tablesOf(one)).toContain('mine');
  expect(await tablesOf(other)).not.toContain('mine');
  expect(await tablesOf(other)).not.toEqual([]);
  await Promise.all([one.drop(), other.drop()]);
  await expect(connect(one.url)`select 1`).rejects.toThrow(/does not exist/);
});

it('gives a database without tables to tests that make their own', async () => {
  const empty = await createEmptyDatabase();
  expect(await tablesOf(empty)).toEqual([]);
  await empty.drop();
});

it('gives each test file a part of Redis of its own', async () => {
  const [one, other] = await Promise.all([createRedisSpace(), createRedisSpace()]);
  const [oneRedis, otherRedis] = [new Redis(one.url), new Redis(other.url)];
  await oneRedis.set('mine', '1');
  expect(await otherRedis.get('mine')).toBeNull();
  await other.flush();
  expect(await oneRedis.get('mine')).toBe('1');
  await one.flush();
  expect(await oneRedis.get('mine')).toBeNull();
  await Promise.all([oneRedis.quit(), otherRedis.quit(), one.drop(), other.drop()]);
});

it('lets a test kill its own Redis and start it again, empty, at the same address', async () => {
  const server = await startRedis();
  const before = new Redis(server.url);
  before.on('error', () => {});
  await before.set('gone', '1');
  await server.kill();
  before.disconnect();
  await server.start();
  const after = new Redis(server.url);
  expect(await after.get('gone')).toBeNull();
  await after.quit();
  await server.stop();
});

it('lets a test crash its own Postgres and start it again with every commit at the same address', async () => {
  const server = await startPrivatePostgres();
  await connect(server.url)`create table kept as select 7 as n`;
  await server.crash();
  await server.start();
  expect(await connect(server.url)`select n from kept`).toEqual([{ n: 7 }]);
  await server[Symbol.asyncDispose]();
});
