import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { runs } from '@usher/embedded/tie-to-parent';
import { unpackRedis } from './redis-debian.ts';

/** A Redis server that runs on this machine, and the environment variables that it needs besides the usual ones. */
export type RedisProgram = { file: string; environment: Record<string, string> };

const cache = resolve(import.meta.dirname, '../../.cache/redis');

/**
 * A Redis or Valkey server from the PATH, or else Debian's, unpacked into the checkout's cache folder on first use; otherwise the reason
 * why there is none.
 */
export async function findRedisProgram(): Promise<RedisProgram | { missing: string }> {
  const installed = ['redis-server', 'valkey-server'].find((name) => runs(name, ['--version']));
  if (installed !== undefined) return { file: installed, environment: {} };
  const kept = await programIn(cache);
  if (kept !== undefined) return kept;
  if (!runs('apt-get', ['--version']) || !runs('dpkg-deb', ['--version']))
    return { missing: 'there is no apt to get it with' };
  try {
    await unpackRedis(cache);
    return (await programIn(cache)) ?? { missing: "Debian's redis-server does not run here" };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Debian keeps libraries in one folder an architecture. */
async function programIn(folder: string): Promise<RedisProgram | undefined> {
  const libraries = join(folder, 'usr', 'lib');
  const architectures = (await readdir(libraries).catch(() => [])).filter((name) => name.includes('-linux-'));
  const file = join(folder, 'usr', 'bin', 'redis-server');
  const path = architectures.map((name) => join(libraries, name)).join(':');
  const environment = { LD_LIBRARY_PATH: path };
  const { status } = spawnSync(file, ['--version'], { env: { ...process.env, ...environment }, stdio: 'ignore' });
  return status === 0 ? { file, environment } : undefined;
}
