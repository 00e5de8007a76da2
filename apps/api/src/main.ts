import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, ConfigInvalid, readConfig } from '@usher/core/config';
import { accountOf } from '@usher/engines/claude/account';
import { readPrices } from '@usher/engines/claude/prices';
import { openVault } from '@usher/db/vault';
import { connectQueue } from '@usher/queue/connect';
import { openBudget } from '@usher/queue/budget/open';
import { enqueue } from '@usher/queue/enqueue';
import { createWindow } from '@usher/queue/window';
import { createApp } from './app.ts';
import { sayClosedSecrets } from './closed-secrets.ts';
import { openRequestDatabase } from './database.ts';
import type { ClaudeSettings } from './now/look.ts';
import { assemble } from './deps.ts';
import { createDoor } from './door.ts';
import { describeError } from '@usher/core/describe-error';
import { createLogger } from './log.ts';
import { serve } from './serve.ts';

/** Milliseconds in which load balancers may see that this process is not ready, before it stops accepting. */
const NOTICE_MS = 2_000;
/** Milliseconds for requests in hand, and for the last hints; with the rest, well within 30 s. */
const GRACE_MS = 15_000;
const HINTS_MS = 3_000;

try {
  await run();
} catch (error) {
  const why = error instanceof ConfigInvalid ? error.message : JSON.stringify(describeError(error));
  process.stderr.write(`The API did not start or ended badly. ${why}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const { config, databaseUrl, queueUrl } = settings();
  const logger = createLogger(config.USHER_LOG_LEVEL);
  endOnUnexpected(logger);
  const stopping = stopSignal();
  await using database = openRequestDatabase(databaseUrl);
  await using queue = connectQueue(queueUrl, {
    role: 'producer',
    onWarning: (warning) => deps.events.queueWarned(warning),
  });
  await using budget = openBudget(queueUrl, {
    onTrouble: () => deps.events.queueWarned({ kind: 'connection_trouble' }),
  });
  const vault = openVault(config.USHER_SECRET_KEY);
  const window = createWindow(queue, { size: config.USHER_WINDOW });
  const deps = assemble({
    database,
    queue,
    budget,
    claude: claudeOf(config),
    enqueue: (jobs, options) => enqueue(queue, window.admit(jobs), options),
    logger,
    adminKey: config.USHER_API_KEY,
    mode: config.USHER_MODE,
    vault,
    publicUrl: config.USHER_PUBLIC_URL,
    prices: readPrices(config.USHER_PRICES),
    sessionTimes: { idleMs: config.USHER_SESSION_IDLE, mostMs: config.USHER_SESSION_MOST },
    outbound: config.USHER_OUTBOUND,
    stopping,
  });
  const door = createDoor(deps.admissions, deps.events);
  const server = await serve(createApp(deps).fetch, { host: config.USHER_HOST, port: config.PORT, door });
  logger.info({ event: 'listening', host: config.USHER_HOST, port: server.port });
  await sayClosedSecrets(vault, { database, events: deps.events });
  // While Postgres is away nobody is helped by it, and the first who asks waits for it.
  void deps.similarTickets.warmUp().catch(() => {});

  if (!stopping.aborted) await once(stopping, 'abort');
  logger.info({ event: 'stopping' });
  await pause(NOTICE_MS);
  await server.stop(GRACE_MS);
  await deps.hints.drain(HINTS_MS);
  logger.info({ event: 'stopped' });
}

function settings(): { config: Config; databaseUrl: string; queueUrl: string } {
  const config = readConfig(process.env);
  const { DATABASE_URL: databaseUrl, queueUrl } = config;
  if (databaseUrl === undefined || queueUrl === undefined) {
    throw new ConfigInvalid(['DATABASE_URL: the API needs one; `npm start` brings its own Postgres']);
  }
  return { config, databaseUrl, queueUrl };
}

function claudeOf(config: Config): ClaudeSettings {
  const { ANTHROPIC_API_KEY: apiKey, USHER_MODEL: model, USHER_HARD_MODEL: hardModel } = config;
  return {
    account: apiKey === undefined ? null : accountOf(apiKey),
    models: [...new Set([model, hardModel])],
    ceilings: config.ceilings,
    dailyMicroUsd: config.dailyMicroUsd,
  };
}

function endOnUnexpected(logger: Logger): void {
  const end = (thrown: unknown) => {
    logger.fatal({ event: 'unexpected_end', error: describeError(thrown) });
    process.exit(1);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Under a supervisor: when that is killed, nothing would ever stop this process.
  process.once('disconnect', () => stop.abort());
  process.channel?.unref();
  return stop.signal;
}
