import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeScratchFolder } from '@usher/embedded/scratch-folder';
import { expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

test('settings are read from .env in the folder of the start, and the environment wins', async () => {
  await using opened = new AsyncDisposableStack();
  const made = await makeScratchFolder(join(tmpdir(), 'usher-env-'));
  const folder = opened.adopt(made, (path) => rm(path, { recursive: true, force: true }));
  await writeFile(join(folder, '.env'), '# as copied\nPORT=abc\nUSHER_MODE=sometimes\n#USHER_MAX_AGE=never\n');
  const env = { PATH: process.env['PATH'], USHER_MODE: 'shadow' };
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'report'], { cwd: folder, env, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe('usher: These settings cannot be used:\n  - PORT: must be a port number\n');
});
