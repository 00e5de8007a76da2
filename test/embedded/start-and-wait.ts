import { once } from 'node:events';
import { isFailure } from '@usher/core/failure';
import { startPostgres } from '@usher/embedded/start-postgres';

/** A process of its own that starts Postgres on a folder, says what came of it, and stops it when its standard input ends. */
try {
  const server = await startPostgres({ directory: process.argv[2] ?? '', durable: false });
  say({ url: server.url, uid: process.getuid?.() });
  await once(process.stdin.resume(), 'end');
  await server.stop();
} catch (error) {
  say({ failure: isFailure(error) ? error.code : String(error) });
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
