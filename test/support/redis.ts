import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { serveRedis, type RunningRedis } from './redis-server.ts';

/** A part of the shared Redis that belongs to one test file: a database of its own, empty at first, its number in the address. */
export type RedisSpace = {
  url: string;
  /** Forgets everything in it. */
  flush(): Promise<void>;
  /** Forgets everything in it and gives it back. */
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Takes a database of the shared Redis that no other test file uses. Throws, saying how to get a Redis, where there is none. */
export async function createRedisSpace(): Promise<RedisSpace> {
  const shared = inject('redis');
  if ('missing' in shared) throw new Error(shared.missing);
  const keeper = new Redis(shared.url);
  const number = await takeNumber(keeper);
  const address = new URL(shared.url);
  address.pathname = `/${number}`;
  const flush = async () => flushAt(address.href);
  const drop = async () => {
    await flush();
    await keeper.del(lockOf(number));
    await keeper.quit();
  };
  await flush();
  return { url: address.href, flush, drop, [Symbol.asyncDispose]: drop };
}

/** A Redis server of a test's own, for tests that stop, kill or flush it. It keeps nothing on disk: a new start is an empty one. */
export type PrivateRedis = {
  /** The same from start to start. */
  url: string;
  port: number;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Ends it well. */
  stop(): Promise<void>;
  /** Ends it as SIGKILL does. */
  kill(): Promise<void>;
  flush(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts a Redis server of a test's own on a free port. Throws, saying how to get a Redis, where there is none. */
export async function startRedis(): Promise<PrivateRedis> {
  const way = inject('redisWay');
  if (way.kind === 'none') throw new Error(way.missing);
  let running: RunningRedis | undefined = await serveRedis(way);
  const { url, port } = running;
  const end = async (how: 'well' | 'hard') => {
    await running?.end(how);
    running = undefined;
  };
  return {
    url,
    port,
    async start() {
      running ??= await serveRedis(way, port);
    },
    stop: () => end('well'),
    kill: () => end('hard'),
    flush: () => flushAt(url),
    [Symbol.asyncDispose]: () => end('hard'),
  };
}

/** A lock that a killed run leaves behind ends after an hour. */
async function takeNumber(keeper: Redis): Promise<number> {
  const count = Number((await keeper.config('GET', 'databases').catch(() => []))[1] ?? 16);
  for (let number = 1; number < count; number += 1) {
    if ((await keeper.set(lockOf(number), process.pid, 'EX', 3600, 'NX')) === 'OK') return number;
  }
  await keeper.quit();
  throw new Error(`All ${count} databases of the shared Redis are taken; drop what a test file no longer needs.`);
}

function lockOf(number: number): string {
  return `usher-test-space-${number}`;
}

async function flushAt(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  await redis.quit();
}
