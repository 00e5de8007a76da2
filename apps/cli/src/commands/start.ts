import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '@usher/core/config';
import { connectDatabase, type Db } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { currentLocalModel } from '@usher/db/local-models';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { banner, type FirstAccess, firstAccess } from '../first-access.ts';
import { keepPostgres } from '../keep-postgres.ts';
import { sendSamples } from '../samples/send.ts';
import { secretKey } from '../secret-key.ts';
import { claimPort, readiness } from '../own-port.ts';
import { stopSignal } from '../stop-signal.ts';
import type { Surroundings } from '../surroundings.ts';
import { supervise } from '../supervise.ts';
import { prepareDatabase } from './migrate.ts';

const API = fileURLToPath(new URL('../../../api/src/main.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('../../../worker/src/main.ts', import.meta.url));

/** Longest time the API and the worker get to finish what is in hand, in milliseconds. */
const GRACE_MS = 30_000;
const READY_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 100;
const PREPARE_TRIES = 10;

export function addStart(program: Command, { config, environment, screen }: Surroundings): void {
  program
    .command('start')
    .description('run the whole service: database (unless DATABASE_URL is set), API and worker')
    .action(async () => {
      const settings = config();
      const stop = stopSignal(environment);
      await claimPort(settings, stop.signal);
      const onEnd = (how: string) => screen.remark(how);
      await using postgres =
        settings.DATABASE_URL === undefined ? await keepPostgres(settings.USHER_DATA_DIR, onEnd) : undefined;
      const databaseUrl = settings.DATABASE_URL ?? postgres?.url ?? '';
      const access = await prepare(databaseUrl, settings);
      const children = {
        ...environment,
        DATABASE_URL: databaseUrl,
        QUEUE_URL: settings.queueUrl ?? databaseUrl,
        USHER_SECRET_KEY: (await secretKey(settings)) ?? '',
      };
      const samples = new AbortController();
      let sending: Promise<void> | undefined;
      const where = { databaseUrl, queueUrl: children.QUEUE_URL };
      const onTrouble = (thrown: unknown) =>
        screen.remark(`The other samples come with the next start: ${String(thrown)}`);
      const services = [
        supervise({ name: 'The API', main: API, environment: children, onEnd }),
        supervise({ name: 'The worker', main: WORKER, environment: children, onEnd }),
      ];
      try {
        const url = `http://localhost:${settings.PORT}`;
        await Promise.race([untilReady({ settings, databaseUrl, signal: stop.signal }), stop.asked]);
        if (!stop.signal.aborted) {
          if (settings.samples) sending = sendSamples({ ...where, signal: samples.signal, onTrouble });
          screen.show({ url, ...access }, banner(url, access, settings));
        }
        await stop.asked;
        screen.remark('Stopping: what is in hand is finished or given back.');
      } finally {
        samples.abort();
        await sending;
        await Promise.all(services.map((service) => service.stop(GRACE_MS)));
      }
    });
}

/**
 * Makes the database ready and answers how to get in. A Postgres that was joined may end with the command that started it; ours
 * follows within seconds, so that is waited for.
 */
async function prepare(databaseUrl: string, settings: Config): Promise<FirstAccess> {
  for (let triesLeft = settings.DATABASE_URL === undefined ? PREPARE_TRIES : 1; ; triesLeft -= 1) {
    try {
      await prepareDatabase(databaseUrl, settings.USHER_TAXONOMY);
      return await firstAccess(databaseUrl, settings);
    } catch (thrown) {
      if (triesLeft <= 1 || !(thrown instanceof DatabaseUnavailable)) throw thrown;
      await pause(1_000);
    }
  }
}

/** Waits until the API answers and, where the local model decides, until it has learnt, so that the first ticket need not wait. */
async function untilReady({
  settings,
  databaseUrl,
  signal,
}: {
  settings: Config;
  databaseUrl: string;
  signal: AbortSignal;
}): Promise<void> {
  await using database = connectDatabase(databaseUrl, { name: 'usher-start', connections: 1 });
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (!signal.aborted) {
    const isReady = (await readiness(settings)) === 'ready' && (await hasLearnt(settings, database.db));
    if (isReady) return;
    if (Date.now() > giveUpAt) {
      const what = `The service was not ready on port ${settings.PORT} within a minute. The log lines above say why.`;
      throw new CannotDo('not_ready', what);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function hasLearnt({ engine }: Config, db: Db): Promise<boolean> {
  if (engine === 'claude') return true;
  return (await currentLocalModel(db).catch(absentWhileAway)) !== null;
}

function absentWhileAway(thrown: unknown): null {
  if (thrown instanceof DatabaseUnavailable) return null;
  throw thrown;
}
