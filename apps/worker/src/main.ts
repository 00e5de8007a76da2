import { type Config, ConfigInvalid, readConfig } from '@usher/core/config';
import { findConnector } from '@usher/core/connectors/registry';
import { isFailure } from '@usher/core/failure';
import { priceNotice } from '@usher/core/price';
import { findClosedSecrets } from '@usher/db/closed-secrets';
import { connectDatabase } from '@usher/db/connect';
import { openVault } from '@usher/db/vault';
import { readPrices } from '@usher/engines/claude/prices';
import { openBudget } from '@usher/queue/budget/open';
import { connectQueue, type QueueWarning } from '@usher/queue/connect';
import { quieten } from '@usher/queue/quieten';
import { once } from 'node:events';
import { type Logger, pino } from 'pino';
import type { Registry } from 'prom-client';
import { createAccounts } from './accounts.ts';
import { openBatching } from './batches/open.ts';
import { createCurrentRelease } from './current-release.ts';
import { resolveBySystem } from '@usher/helpdesk/address';
import { createDelivering } from './delivery/delivering.ts';
import { describeError } from '@usher/core/describe-error';
import { createEngineMaker } from './engines.ts';
import { createReport, type WorkerEvent } from './events.ts';
import { measureGate } from './gate/metrics.ts';
import { openGate } from './gate/open.ts';
import { createRegistry, type MetricsServer, serveMetrics } from './metrics-server.ts';
import { checkModels } from './model-check.ts';
import { untilReady } from './readiness.ts';
import { createSimilarExamples } from './similar-examples.ts';
import { createTicketWork } from './ticket-work.ts';
import { createWarmUp } from './warm-up.ts';
import { startWorker, ticketsAtATime } from './worker.ts';

/** Each ticket in the queue takes a place in Claude's line: more of them only come again and again before it is their turn. */
const MOST_IN_LINE = 1_000;

/** Past this a supervisor would kill us; whatever is still in hand then is found again by its lock or the sweep. */
const STOPPED_WITHIN_MS = 28_000;
/** Whatever a receiver does, an attempt takes no longer than this. */
const DELIVERY_DEADLINE_MS = 15_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = pino({ level: config.USHER_LOG_LEVEL, base: { app: 'worker' } });
  endOnUnexpected(log);
  const stopping = abortOnSignal(log);
  const registry = createRegistry();
  await using metrics = await openMetrics(registry, config);
  if (metrics !== undefined) log.info({ port: metrics.port }, 'The worker tells its figures at /metrics');
  await work(config, { log, registry, stopping });
  log.info('The worker has stopped');
}

interface Surroundings {
  log: Logger;
  registry: Registry;
  /** Aborted when the process shall end. */
  stopping: AbortSignal;
}

async function work(config: Config, { log, registry, stopping }: Surroundings): Promise<void> {
  const { DATABASE_URL: databaseUrl, queueUrl, USHER_CONCURRENCY: concurrency } = config;
  if (databaseUrl === undefined || queueUrl === undefined) throw new ConfigInvalid(['DATABASE_URL: must be set']);
  const report = createReport({ log, registry });
  const onWarning = (warning: QueueWarning) => report(eventOf(warning));
  await using database = connectDatabase(databaseUrl, { name: 'usher worker' });
  await using producer = connectQueue(queueUrl, { role: 'producer', onWarning });
  await using consumer = connectQueue(queueUrl, { role: 'consumer', onWarning });
  const { db } = database;

  await untilReady({ db, report, signal: stopping });
  if (stopping.aborted) return;
  const settings = { engine: config.engine, model: config.USHER_MODEL, hardModel: config.USHER_HARD_MODEL };
  const account = { apiKey: config.ANTHROPIC_API_KEY, baseUrl: config.ANTHROPIC_BASE_URL };
  const connections = ticketsAtATime(concurrency);
  await using budget = openBudget(queueUrl, {
    onTrouble: quieten((error) => report({ kind: 'queue_trouble', error })),
  });
  const { gate, turns } = openGate({ db, budget, report }, config);
  measureGate(registry, { gate, turns, db, dailyMicroUsd: config.dailyMicroUsd });
  const prices = readPrices(config.USHER_PRICES);
  const asking = { ...settings, ...account, prices, gate, warmUp: createWarmUp({ db }) };
  const makeEngines = createEngineMaker({ ...asking, connections, report });
  if (settings.engine !== 'local') {
    await checkModels(config, account, report);
    const notice = priceNotice(prices, [settings.model, settings.hardModel], Date.now());
    if (notice.isOld || notice.unlisted.length > 0) report({ kind: 'prices_doubtful', ...notice });
  }
  const vault = openVault(config.USHER_SECRET_KEY);
  const closed = await findClosedSecrets(db, vault);
  if (closed !== undefined) {
    const { owners, why } = closed;
    report({ kind: 'secrets_closed', owners, error: why, todo: why.message });
  }
  const calling = { outbound: config.USHER_OUTBOUND, resolve: resolveBySystem, deadlineMs: DELIVERY_DEADLINE_MS };
  const worker = startWorker({
    consumer,
    producer,
    concurrency,
    retentionDays: config.USHER_RETENTION_DAYS,
    window: settings.engine === 'local' ? config.USHER_WINDOW : Math.min(config.USHER_WINDOW, MOST_IN_LINE),
    deps: {
      db,
      tickets: createTicketWork(db),
      report,
      current: createCurrentRelease({ db, report, settings, makeEngines }),
      similarExamples: createSimilarExamples({ db }),
      settings,
      mode: config.USHER_MODE,
      batching: openBatching(config, asking),
      auditShare: config.USHER_AUDIT_SHARE,
      reuseForMs: config.USHER_REUSE_FOR,
      escalation: config.USHER_ESCALATE,
      maxAges: { live: config.USHER_MAX_AGE, bulk: config.USHER_BULK_MAX_AGE },
      vault,
      accounts: createAccounts(vault, { ...calling, find: findConnector }),
      delivering: createDelivering(calling, config.USHER_PUBLIC_URL),
    },
  });
  log.info({ engine: config.engine, mode: config.USHER_MODE, concurrency }, 'The worker works');
  if (!stopping.aborted) await once(stopping, 'abort');
  await worker.close();
}

async function openMetrics(registry: Registry, config: Config): Promise<MetricsServer | undefined> {
  const { USHER_METRICS_PORT: port, USHER_HOST: hostname } = config;
  return port === undefined ? undefined : serveMetrics(registry, { hostname, port });
}

function eventOf(warning: QueueWarning): WorkerEvent {
  return warning.kind === 'may_evict'
    ? { kind: 'queue_may_evict', policy: warning.policy }
    : { kind: 'queue_trouble', error: warning.error };
}

function abortOnSignal(log: Logger): AbortSignal {
  const stopping = new AbortController();
  const stop = (signal: string) => {
    if (stopping.signal.aborted) return;
    log.info({ signal }, 'The worker stops: it finishes or gives back what is in hand');
    stopping.abort();
    setTimeout(() => {
      log.error('The worker did not stop in time');
      process.exit(1);
    }, STOPPED_WITHIN_MS).unref();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  // Under a supervisor: when that is killed, nothing would ever stop this process.
  process.once('disconnect', () => stop('the supervisor is gone'));
  return stopping.signal;
}

function endOnUnexpected(log: Logger): void {
  const end = (thrown: unknown) => {
    log.fatal({ error: describeError(thrown) }, 'The worker ends because of an error that nobody expected');
    process.exit(1);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
}

try {
  await main();
  process.exit(0);
} catch (thrown) {
  // A bad setting is said in words; what else kept the worker from starting is told by the handler above.
  if (!isFailure(thrown)) throw thrown;
  console.error(thrown.message);
  process.exit(1);
}
