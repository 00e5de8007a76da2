import { DiskFull, PortTaken, PostgresRefused } from './failures.ts';
import { freeBytesIn, type Folder } from './folder.ts';

/** Below this, Postgres cannot write what a start needs; the log of a start on a full disk may be empty for the same reason. */
const fullBelowBytes = 4_000_000;

/** Reads from the last lines of its log why Postgres did not start: a failure to throw, or that it is worth trying again. */
export async function whyNotStarted(
  lastLines: string,
  { folder, port }: { folder: Folder; port: number },
): Promise<Error | 'try again'> {
  if (/lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(lastLines)) return 'try again';
  if (/could not bind .* address/.test(lastLines)) return new PortTaken(port);
  const freeBytes = await freeBytesIn(folder.path);
  if (freeBytes < fullBelowBytes || lastLines.includes('No space left on device'))
    return new DiskFull(folder.path, freeBytes);
  return new PostgresRefused('it ended at once', { logPath: folder.log, lastLines });
}
