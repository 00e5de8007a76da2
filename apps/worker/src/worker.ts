import { isFailure } from '@usher/core/failure';
import type { Handlers, QueueName } from '@usher/core/jobs';
import { claimDeliveries } from '@usher/db/claim-deliveries';
import { claimFetches } from '@usher/db/fetches';
import { claimPulls } from '@usher/db/pulls';
import type { QueueConnection } from '@usher/queue/connect';
import { type Consumer, type ConsumerEvent, consume, type RunContext } from '@usher/queue/consume';
import { enqueue } from '@usher/queue/enqueue';
import { startSweep } from '@usher/queue/sweep';
import { startCounting } from './counting.ts';
import type { Deps } from './deps.ts';
import type { Report } from './events.ts';
import { startFeeder } from './feeder.ts';
import { dueBatches } from './batches/due.ts';
import { batch } from './handlers/batch.ts';
import { classify } from './handlers/classify.ts';
import { deliver } from './handlers/deliver.ts';
import { fetch } from './handlers/fetch.ts';
import { learn } from './handlers/learn.ts';
import { pull } from './handlers/pull.ts';
import { dueLearning } from './learning.ts';
import { startRetention } from './retention.ts';

const handlers: Handlers<Deps> = { classify, deliver, fetch, pull, learn, batch };

const SWEEP_EVERY_MS = 5_000;
/** How long swept work has before it is swept again. */
const AGAIN_AFTER_MS = 10_000;
/** Most jobs of each kind that one sweep puts into the queue. */
const JOBS_A_SWEEP = 1_000;
/** How long jobs in hand may take to finish at a shutdown, before they are given back. */
const GRACE_MS = 10_000;
const DELIVERIES_AT_A_TIME = 16;
const FETCHES_AT_A_TIME = 16;
/** A batch that is being read must not keep corrections from being learnt, nor the other way round. */
const UPKEEP_AT_A_TIME = 2;

export interface WorkerOptions {
  /** What the handlers work with; each job adds its context, and hints go through the producer. */
  deps: Omit<Deps, keyof RunContext | 'enqueue'>;
  /** Waits and reconnects while the queue is away. */
  consumer: QueueConnection;
  /** Fails fast while the queue is away. */
  producer: QueueConnection;
  /** Live tickets at a time; bulk gets a quarter of it on top. */
  concurrency: number;
  /** Most tickets of a lane that should be in the queue at the same time. */
  window: number;
  /** Days for which tickets are kept; for ever unless said. */
  retentionDays?: number | undefined;
}

export interface RunningWorker {
  /** Takes no more work, finishes or gives back what is in hand. Resolves within 15 s. */
  close(graceMs?: number): Promise<void>;
}

/** How many tickets one worker handles at the same time, both lanes together. */
export function ticketsAtATime(concurrency: number): number {
  return concurrency + bulkAtATime(concurrency);
}

/** Takes work from the queues, and enqueues what is due although no hint came. */
export function startWorker(options: WorkerOptions): RunningWorker {
  const { deps, consumer, producer, concurrency, window, retentionDays } = options;
  const { db, report } = deps;
  const hint: Deps['enqueue'] = (jobs) => enqueue(producer, jobs);
  const take = (queue: QueueName, concurrency: number): Consumer =>
    consume(consumer, {
      queue,
      concurrency,
      handlers,
      deps: (context) => ({ ...deps, ...context, enqueue: hint }),
      onEvent: (event) => tell(event, report),
    });
  const consumers = [
    take('classify-live', concurrency),
    take('classify-bulk', bulkAtATime(concurrency)),
    take('deliver', DELIVERIES_AT_A_TIME),
    take('fetch', FETCHES_AT_A_TIME),
    take('upkeep', UPKEEP_AT_A_TIME),
  ];
  const swept = { limit: JOBS_A_SWEEP, againAfterMs: AGAIN_AFTER_MS };
  const sweep = startSweep({
    everyMs: SWEEP_EVERY_MS,
    claimDue: async () => [
      ...(await dueLearning(db, new Date())),
      ...(await claimDeliveries(db, swept)),
      ...(await claimFetches(db, swept)),
      ...(await claimPulls(db, swept)),
      ...(await dueBatches(db)),
    ],
    enqueue: hint,
    onEvent: report,
  });
  const feeder = startFeeder({ db, queue: producer, window, onEvent: report });
  const counting = startCounting({ db, report });
  const retention = startRetention({ db, report, days: retentionDays });
  return {
    async close(graceMs = GRACE_MS) {
      const loops = [sweep, feeder, counting, retention].map((loop) => loop.stop());
      await Promise.all([...loops, ...consumers.map((consumer) => consumer.close(graceMs))]);
    },
  };
}

function bulkAtATime(concurrency: number): number {
  return Math.max(1, Math.floor(concurrency / 4));
}

function tell(event: ConsumerEvent, report: Report): void {
  switch (event.kind) {
    case 'done':
      return report({ kind: 'job_done', name: event.name, durationMs: event.durationMs });
    case 'postponed':
      return report({ ...event, kind: isFailure(event.error) ? 'job_postponed' : 'job_broke' });
    case 'failed':
      return report({ kind: 'job_failed', name: event.name, error: event.error });
    case 'given_back':
      return report({ kind: 'job_given_back', name: event.name });
    case 'stalled':
      return report({ kind: 'job_stalled', jobId: event.jobId });
    case 'trouble':
      return report({ kind: 'queue_trouble', error: event.error });
  }
}
