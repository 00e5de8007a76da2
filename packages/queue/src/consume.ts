import { isFailure, retryOf } from '@usher/core/failure';
import type { Handlers, JobName, Payload, QueueName } from '@usher/core/jobs';
import { DelayedError, type Job, type Processor, UnrecoverableError, WaitingError, type WorkerOptions } from 'bullmq';
import { backoffMs } from './backoff.ts';
import type { QueueConnection, QueueWorker } from './connect.ts';
import { JobInvalid } from './failures.ts';
import { isJobName, readPayload } from './payload.ts';
import { quieten } from './quieten.ts';
import { within } from './within.ts';

/** How long a handler may take to stop once its signal is aborted; after that its job is given back over its head. */
const STOPS_WITHIN_MS = 1_000;
/** How long the server may take to note the last ends while closing. */
const NOTED_WITHIN_MS = 2_000;

/**
 * The lock of a killed worker runs out after 9 s at the latest, and a check every 2 s (4 s if the one who checked died,
 * too) finds its job: it runs again within 15 s.
 */
const paces = {
  lockDuration: 9_000,
  stalledInterval: 2_000,
  maxStalledCount: 1_000_000,
  runRetryDelay: 1_000,
} satisfies Partial<WorkerOptions>;

/** What happens to jobs, for logs and counters. An error may quote a ticket. */
export type ConsumerEvent =
  | { kind: 'done'; name: JobName; durationMs: number }
  /** It runs again, after the pause that its failure asks for. */
  | { kind: 'postponed'; name: string; error: unknown }
  /** It never runs again; whatever is still due is enqueued anew by the sweep. */
  | { kind: 'failed'; name: string; error: unknown }
  /** It goes back to its queue, because this consumer closes. */
  | { kind: 'given_back'; name: string }
  /** Its worker was killed, or so busy that its lock ran out; it runs again. */
  | { kind: 'stalled'; jobId: string }
  /** The server was in trouble, or lost a job that was in hand. The consumer goes on by itself. */
  | { kind: 'trouble'; error: Error };

/** What a handler should know of the run of its job, beside the payload. */
export interface RunContext {
  /** Aborted when the handler should stop: its job then goes back to the queue. */
  signal: AbortSignal;
  /** Whether an earlier run of the same job had no end that a handler asked for: its worker was killed, or the handler broke. */
  isRestart: boolean;
}

export interface ConsumeOptions<Deps> {
  queue: QueueName;
  /** How many jobs run at a time. */
  concurrency: number;
  handlers: Handlers<Deps>;
  /** Called for each job. */
  deps: (context: RunContext) => Deps;
  onEvent: (event: ConsumerEvent) => void;
  /** How long to wait, in milliseconds, after so many failures in a row that ask for a growing pause. */
  pauseMs?: (failures: number) => number;
}

export interface Consumer {
  /**
   * Takes no more jobs, waits for those in hand, and after `graceMs` aborts their signals and gives them back.
   * Resolves within 3 s after that, whatever the handlers and the server do.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * Runs the jobs of one queue. A handler that throws decides by its failure when its job runs again: after so many
 * milliseconds, after a pause that grows from 1 s to 60 s, or never.
 */
export function consume<Deps>(connection: QueueConnection, options: ConsumeOptions<Deps>): Consumer {
  const { queue, concurrency, onEvent, pauseMs = (failures) => backoffMs(failures, Math.random()) } = options;
  // BullMQ makes a signal only for a function that declares three parameters without defaults.
  const process: Processor<unknown, void> = (job, token, signal) =>
    run(job, { ...options, token, signal: signal ?? new AbortController().signal });
  const worker = connection.worker(queue, process, {
    ...paces,
    concurrency,
    settings: { backoffStrategy: pauseMs },
  });
  worker.on(
    'error',
    quieten((error) => onEvent({ kind: 'trouble', error })),
  );
  worker.on('stalled', (jobId) => onEvent({ kind: 'stalled', jobId }));

  let closing: Promise<void> | undefined;
  return { close: (graceMs) => (closing ??= close(worker, graceMs)) };
}

async function close(worker: QueueWorker, graceMs: number): Promise<void> {
  const closed = worker.close();
  await endsWithin(closed, graceMs);
  worker.cancelAllJobs();
  await endsWithin(closed, STOPS_WITHIN_MS + NOTED_WITHIN_MS);
}

interface Run<Deps> extends ConsumeOptions<Deps> {
  token: string | undefined;
  signal: AbortSignal;
}

async function run<Deps>(job: Job<unknown, void>, options: Run<Deps>): Promise<void> {
  const startedMs = performance.now();
  try {
    if (!isJobName(job.name)) throw new JobInvalid(job.name);
    const payload = readPayload(job.name, job.data);
    if (payload === null) throw new JobInvalid(job.name);
    const isRestart = job.stalledCounter + job.attemptsMade > 0;
    await Promise.race([handle(job.name, payload, { ...options, isRestart }), overdue(options.signal)]);
    options.onEvent({ kind: 'done', name: job.name, durationMs: performance.now() - startedMs });
  } catch (error) {
    throw await translate(job, error, options);
  }
}

async function handle<N extends JobName, Deps>(
  name: N,
  payload: Payload<N>,
  { handlers, deps, signal, isRestart }: Run<Deps> & RunContext,
): Promise<void> {
  await handlers[name](payload, deps({ signal, isRestart }));
}

/** Rejects when a handler had time enough to stop after its signal was aborted. */
function overdue(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => setTimeout(() => reject(new Error('The handler did not stop.')), STOPS_WITHIN_MS).unref();
  signal.addEventListener('abort', giveUp, { once: true });
  return promise;
}

/** What a handler threw, said in BullMQ's way. Only codes reach the queue: messages may quote a ticket. */
async function translate<Deps>(job: Job<unknown, void>, error: unknown, options: Run<Deps>): Promise<Error> {
  const { name } = job;
  const { token, signal, onEvent } = options;
  if (signal.aborted) {
    onEvent({ kind: 'given_back', name });
    // Where this fails, the lock runs out soon and the job is found like that of a killed worker.
    await job.moveToWait(token).catch(() => {});
    return new WaitingError();
  }
  const retry = retryOf(error);
  if (retry === 'never') {
    onEvent({ kind: 'failed', name, error });
    return new UnrecoverableError(codeOf(error));
  }
  onEvent({ kind: 'postponed', name, error });
  if (retry === 'backoff') return new Error(codeOf(error));
  await job.moveToDelayed(Date.now() + Math.max(0, Math.ceil(retry.afterMs)), token);
  return new DelayedError();
}

function codeOf(error: unknown): string {
  if (isFailure(error)) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

async function endsWithin(work: Promise<unknown>, ms: number): Promise<void> {
  await within(work, ms, () => new Error('late')).catch(() => {});
}
