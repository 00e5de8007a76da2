import { connectQueue } from '@usher/queue/connect';
import { QueueUrlUnsupported } from '@usher/queue/failures';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { createEmptyDatabase } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { patiently } from './queue-under-test.ts';

test.each(['mysql://queue:secret@host', 'localhost:6379', 'queue', ''])('The address "%s" is refused', (address) => {
  const connect = () => connectQueue(address, { role: 'producer' });
  expect(connect).toThrow(QueueUrlUnsupported);
  expect(connect).not.toThrow(/secret/);
});

test('A Redis that may throw jobs away is warned of, and one that keeps them is not', async () => {
  await using server = await startRedis();
  const warnings: unknown[] = [];
  const connect = () => connectQueue(server.url, { role: 'producer', onWarning: (warning) => warnings.push(warning) });
  await using keeping = connect();
  // An answer to a ping comes after the one that a warning would follow.
  await keeping.ping();
  await keeping.ping();
  expect(warnings).toEqual([]);

  const admin = new Redis(server.url);
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await admin.quit();
  await using forgetting = connect();
  await forgetting.ping();
  await vi.waitFor(() => expect(warnings).toEqual([{ kind: 'may_evict', policy: 'allkeys-lru' }]), patiently);
});

test('Many processes that start at once on a new Postgres make its tables once', async () => {
  await using database = await createEmptyDatabase();
  const connections = Array.from({ length: 6 }, () => connectQueue(database.url, { role: 'producer' }));

  await Promise.all(connections.map((connection) => connection.ping()));

  await Promise.all(connections.map((connection) => connection[Symbol.asyncDispose]()));
});

test('Two prefixes on one Redis are two queues', async () => {
  await using server = await startRedis();
  await using one = connectQueue(server.url, { role: 'producer', prefix: 'one' });
  await using other = connectQueue(server.url, { role: 'producer', prefix: 'other' });

  await one.ask(() => one.queue('upkeep').add('learn', {}));

  expect(await other.ask(() => other.queue('upkeep').getWaitingCount())).toBe(0);
  expect(await one.ask(() => one.queue('upkeep').getWaitingCount())).toBe(1);
});
