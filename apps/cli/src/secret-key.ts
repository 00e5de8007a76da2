import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@usher/core/config';
import { openVault, type Vault } from '@usher/db/vault';

const FILE = 'secret.key';

/**
 * The key that encrypts secrets: USHER_SECRET_KEY, else the one in USHER_DATA_DIR, which is made where the database is the embedded
 * one. Undefined where another database is used, because a key that only this machine has would be of no use to the others.
 */
export async function secretKey(config: Config): Promise<string | undefined> {
  if (config.USHER_SECRET_KEY !== undefined) return config.USHER_SECRET_KEY;
  const kept = await keptKey(config.USHER_DATA_DIR);
  return kept ?? (config.DATABASE_URL === undefined ? makeKey(config.USHER_DATA_DIR) : undefined);
}

/** The vault that opens with this machine's key. */
export async function ownVault(config: Config): Promise<Vault> {
  return openVault(await secretKey(config));
}

async function keptKey(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, FILE), 'utf8')).trim();
  } catch (thrown) {
    if (isCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

/** Of several commands that make it at once, the first wins; nobody else on this machine may read it. */
async function makeKey(directory: string): Promise<string | undefined> {
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(join(directory, FILE), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    if (!isCode(thrown, 'EEXIST')) throw thrown;
  }
  return keptKey(directory);
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
