import { spawnSync } from 'node:child_process';
import { chmod, chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { handOver } from '@usher/embedded/account';
import { startPostgres } from '@usher/embedded/start-postgres';
import { runs } from '@usher/embedded/tie-to-parent';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { emptyFolder, usedFolder } from './data-folder.ts';
import { endElsewhere, startElsewhere, starter } from './starter.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const canBeNobody = isRoot && spawnSync(starter[0], ['--check', starter[1]], { uid: nobody, gid: nobody }).status === 0;
const mayUnshare = runs('unshare', ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`, 'true']);

/** The command that makes what follows run as a user who is not root: nothing, a real change of user, or one within a namespace. */
function being(uid: number): string[] {
  if (!isRoot) return [];
  if (canBeNobody) return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return ['unshare', '--user', `--map-user=${uid}`, `--map-group=${uid}`];
}

/** An empty folder of that user. */
async function folderOf(uid: number): Promise<string> {
  const directory = await emptyFolder();
  if (canBeNobody) await chown(directory, uid, uid);
  return directory;
}

async function answerOf(url: string): Promise<unknown> {
  const sql = postgres(url, { max: 1 });
  try {
    return (await sql`select 1 as answer`)[0];
  } finally {
    await sql.end();
  }
}

async function answersFor(uid: number): Promise<void> {
  const started = await startElsewhere(await folderOf(uid), being(uid));
  expect(started.uid).toBe(isRoot ? uid : process.getuid?.());
  expect(await answerOf(started.url)).toEqual({ answer: 1 });
  await endElsewhere(started);
}

it('runs for a user who is not root (tests run by root become nobody for it)', () => answersFor(nobody));

it.runIf(canBeNobody && mayUnshare)('runs for a user whom the system has no name for', () => answersFor(54_321));

it('says that a folder is not for this user to write', async () => {
  const directory = await folderOf(nobody);
  await chmod(directory, 0o500);
  expect((await startElsewhere(directory, being(nobody))).failure).toBe('postgres_folder_not_ours');
});

it.runIf(canBeNobody)("leaves a user's data to that user when root starts it", async () => {
  const directory = await usedFolder();
  await handOver(directory, { kind: 'other', uid: nobody, gid: nobody });

  const server = await startPostgres({ directory, durable: false });
  onTestFinished(() => server.stop());
  expect(await answerOf(server.url)).toEqual({ answer: 1 });
  await server.stop();
  const files = await readdir(join(directory, 'postgres', 'data'), { recursive: true });
  const owners = await Promise.all(
    files.map(async (name) => (await stat(join(directory, 'postgres', 'data', name))).uid),
  );
  expect(new Set(owners)).toEqual(new Set([nobody]));
  const again = await startElsewhere(directory, being(nobody));
  expect(again.failure).toBeUndefined();
  await endElsewhere(again);
});
