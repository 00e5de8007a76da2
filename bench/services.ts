import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { migrate } from '@usher/db/migrate';
import { makeScratchFolder } from '@usher/embedded/scratch-folder';
import { startPostgres } from '@usher/embedded/start-postgres';
import { chooseRedisWay, serveRedis } from '@usher/test/support/redis-server';

/** A benchmark's own Postgres, with all migrations and every commit on disk, and its own empty Redis. */
export interface Services extends AsyncDisposable {
  databaseUrl: string;
  redisUrl: string;
}

/** On the disk of the checkout: in memory a commit would cost nothing. */
const cache = resolve(import.meta.dirname, '../.cache');

/** Starts both servers on free ports; ends and removes them when disposed. Throws, saying what to do, where there is no Redis. */
export async function startServices(): Promise<Services> {
  const way = await chooseRedisWay();
  if (way.kind === 'none') throw new Error(way.missing);
  const directory = await makeScratchFolder(join(cache, 'bench-'));
  const server = await startPostgres({ directory });
  const redis = await serveRedis(way);
  await migrate(server.url);
  return {
    databaseUrl: server.url,
    redisUrl: redis.url,
    async [Symbol.asyncDispose]() {
      await redis.end('hard');
      await server.stop('immediate');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
