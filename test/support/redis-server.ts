import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort } from '@usher/embedded/port';
import { runs, tieToParent } from '@usher/embedded/tie-to-parent';
import { Redis } from 'ioredis';
import { findRedisProgram, type RedisProgram } from './redis-program.ts';

/** How this machine can get a Redis server: a program, a container, or not at all, with what to do about it. */
export type RedisWay =
  | { kind: 'program'; program: RedisProgram }
  | { kind: 'container' }
  | { kind: 'none'; missing: string };

/** A Redis server of ours. */
export type RunningRedis = { url: string; port: number; end(how: 'well' | 'hard'): Promise<void> };

/** Chooses how to get a Redis server: a program if possible, otherwise Docker; `USHER_TEST_WITH=testcontainers` wants Docker. */
export async function chooseRedisWay(): Promise<RedisWay> {
  if (process.env['USHER_TEST_WITH'] === 'testcontainers') return { kind: 'container' };
  const program = await findRedisProgram();
  if ('file' in program) return { kind: 'program', program };
  if (runs('docker', ['info'])) return { kind: 'container' };
  return { kind: 'none', missing: howToGetRedis(program.missing) };
}

/** Starts an empty Redis server without persistence on a loopback port, by default a free one, and waits until it answers. */
export async function serveRedis(way: Exclude<RedisWay, { kind: 'none' }>, port?: number): Promise<RunningRedis> {
  const chosenPort = port ?? (await findFreePort());
  return way.kind === 'program' ? serveProgram(way.program, chosenPort) : serveContainer(chosenPort);
}

/** One database for each test file. */
const settings = ['--save', '', '--appendonly', 'no', '--databases', '1024', '--maxmemory-policy', 'noeviction'];

async function serveProgram(program: RedisProgram, port: number): Promise<RunningRedis> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', ...settings];
  const command = tieToParent({ file: program.file, args }, 'KILL');
  const env = { ...process.env, ...program.environment };
  const child = spawn(command.file, command.args, { env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const url = `redis://127.0.0.1:${port}`;
  await answers(url, ended);
  child.unref();
  return {
    url,
    port,
    async end(how) {
      child.ref();
      child.kill(how === 'well' ? 'SIGTERM' : 'SIGKILL');
      await ended;
    },
  };
}

async function serveContainer(port: number): Promise<RunningRedis> {
  // Loading it takes longer than starting the embedded servers.
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer('redis:8-alpine')
    .withCommand(['redis-server', '--protected-mode', 'no', ...settings])
    .withExposedPorts({ container: 6379, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  return {
    url: `redis://${container.getHost()}:${port}`,
    port,
    async end(how) {
      await container.stop({ timeout: how === 'well' ? 10_000 : 0 });
    },
  };
}

async function answers(url: string, ended: Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const failed = async () => {
    await ended;
    throw new Error(`The Redis server for ${url} ended at once`);
  };
  try {
    await Promise.race([redis.ping(), failed()]);
  } finally {
    redis.disconnect();
  }
}

function howToGetRedis(reason: string): string {
  return (
    `These tests need a Redis server, and none could be had (${reason}). Do one of these: install redis-server or valkey-server, ` +
    'start Docker, or set TEST_REDIS_URL to a Redis whose databases the tests may empty.'
  );
}
