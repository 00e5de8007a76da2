import { z } from 'zod';
import { type ClaudeError, claudeErrors, errorBody } from './claude-server-errors.ts';
import { checkRequest } from './claude-server-check.ts';
import { message } from './claude-server-message.ts';
import { isBreakage, type Plan } from './claude-server-plan.ts';
import { ticketText } from './claude-server-request.ts';
import type { PromptCache } from './claude-server-usage.ts';

/** Limits of one batch, from Anthropic's documentation, and how many requests one account may have queued. */
const MOST_REQUESTS = 100_000;
const MOST_BYTES = 256_000_000;
const QUEUED_ON_FIRST_TIER = 200_000;
const EXPIRES_AFTER_MS = 24 * 3_600_000;
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** What can happen to the creation of a batch, and to the reading of its results. */
export type BatchMishap =
  /** The batch is created, and the answer is lost. */
  'lost_answer' | 'overloaded' | 'rate_limit' | 'own_spend_limit' | { after: Promise<unknown> };

/** How a stream of results breaks: in the middle of a line, after a whole one with a proper end, or by going no further. */
export type ResultsMishap = 'cut_line' | 'cut_between_lines' | 'stalled' | 'overloaded';

export interface BatchOptions {
  /** Milliseconds from the creation to the end of a batch; without a number it ends only by `end`. */
  endAfterMs?: number;
  queuedLimit?: number;
}

export interface BatchEntry {
  custom_id: string;
  params: unknown;
}

type Counts = Record<'processing' | 'succeeded' | 'errored' | 'canceled' | 'expired', number>;

/** One batch as the server keeps it. */
export interface StoredBatch {
  id: string;
  requests: readonly BatchEntry[];
  createdAt: number;
  cancelInitiatedAt: number | null;
  endedAt: number | null;
  lines: readonly object[];
  counts: Counts;
}

/** What tests see of the batches, and do to them. */
export interface ServerBatches {
  /** Every batch that was ever created, oldest first. */
  readonly created: readonly StoredBatch[];
  /** Ends batches in progress; the last so many requests of each have expired by then. */
  end(options?: { expired?: number }): void;
  /** Sets what the next creations meet, in order. */
  scriptCreate(...mishaps: BatchMishap[]): void;
  /** Sets what the next readings of results meet, in order. */
  scriptResults(...mishaps: ResultsMishap[]): void;
}

interface Surroundings {
  plan: Plan;
  cache: PromptCache;
  now: () => number;
  nextId: (prefix: string) => string;
}

/** The account's batches: what it takes to create one, and what became of each. */
export interface BatchStore extends ServerBatches {
  check(body: unknown): ClaudeError | { requests: BatchEntry[] };
  create(requests: readonly BatchEntry[]): StoredBatch;
  /** The batch as it stands now. */
  find(id: string): StoredBatch | undefined;
  cancel(batch: StoredBatch): void;
  nextCreate(): BatchMishap | undefined;
  nextResults(): ResultsMishap | undefined;
}

/** Keeps batches as the API does: parameters are looked at, and counts move, only when a batch ends. */
export function createBatchStore(options: BatchOptions, surroundings: Surroundings): BatchStore {
  const { endAfterMs = Number.POSITIVE_INFINITY, queuedLimit = QUEUED_ON_FIRST_TIER } = options;
  const { now, nextId } = surroundings;
  const batches: StoredBatch[] = [];
  const creations: BatchMishap[] = [];
  const readings: ResultsMishap[] = [];

  const endOne = (batch: StoredBatch, expired: number) => {
    if (batch.endedAt !== null) return;
    const alive = batch.requests.length - expired;
    const lines = batch.requests.map(({ custom_id, params }, at) => {
      if (batch.cancelInitiatedAt !== null) return { custom_id, result: { type: 'canceled' } };
      if (at >= alive) return { custom_id, result: { type: 'expired' } };
      return { custom_id, result: resultOf(params, surroundings) };
    });
    // In another order than they came, as the API may.
    batch.lines = lines.toReversed();
    batch.counts = { ...noCounts(), ...countTypes(lines) };
    batch.endedAt = now();
  };
  const endDue = (batch: StoredBatch) => {
    if (now() >= batch.createdAt + EXPIRES_AFTER_MS) endOne(batch, batch.requests.length);
    else if (batch.cancelInitiatedAt !== null || now() >= batch.createdAt + endAfterMs) endOne(batch, 0);
    return batch;
  };
  const queued = () =>
    batches.map(endDue).reduce((sum, batch) => sum + (batch.endedAt === null ? batch.requests.length : 0), 0);

  return {
    created: batches,
    end({ expired = 0 } = {}) {
      for (const batch of batches) endOne(batch, expired);
    },
    scriptCreate: (...mishaps) => void creations.push(...mishaps),
    scriptResults: (...mishaps) => void readings.push(...mishaps),
    nextCreate: () => creations.shift(),
    nextResults: () => readings.shift(),
    check(body) {
      const requests = entriesOf(body);
      if (typeof requests === 'string') return { ...claudeErrors.invalid_request, message: requests };
      if (JSON.stringify(body).length > MOST_BYTES) return claudeErrors.too_large;
      return queued() + requests.length > queuedLimit ? claudeErrors.rate_limit : { requests };
    },
    create(requests) {
      const batch: StoredBatch = {
        id: nextId('msgbatch'),
        requests,
        createdAt: now(),
        cancelInitiatedAt: null,
        endedAt: null,
        lines: [],
        counts: { ...noCounts(), processing: requests.length },
      };
      batches.push(batch);
      return batch;
    },
    find(id) {
      const batch = batches.find((one) => one.id === id);
      return batch === undefined ? undefined : endDue(batch);
    },
    cancel(batch) {
      if (batch.endedAt === null) batch.cancelInitiatedAt ??= now();
    },
  };
}

const Body = z.strictObject({
  requests: z
    .array(z.strictObject({ custom_id: z.string().regex(CUSTOM_ID), params: z.looseObject({}) }))
    .min(1)
    .max(MOST_REQUESTS)
    .refine(
      (requests) => new Set(requests.map((one) => one.custom_id)).size === requests.length,
      'custom_id: not unique',
    ),
});

function entriesOf(body: unknown): BatchEntry[] | string {
  const read = Body.safeParse(body);
  if (read.success) return read.data.requests;
  const [issue] = read.error.issues;
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`;
}

/** One result: only now is it found out whether the parameters are any good. */
function resultOf(params: unknown, { plan, cache, nextId }: Surroundings): object {
  const check = checkRequest(params);
  if ('error' in check) return erroredBy(check.error, nextId);
  const { request } = check;
  const behaviour = plan.next(ticketText(request));
  if (typeof behaviour === 'object') {
    const error = 'error' in behaviour ? claudeErrors[behaviour.error] : claudeErrors.internal;
    return erroredBy(error, nextId);
  }
  if (isBreakage(behaviour)) return erroredBy(claudeErrors.internal, nextId);
  const answer = message(request, behaviour, { id: nextId('msg'), input: cache.count(request) });
  cache.keep(request);
  return { type: 'succeeded', message: { ...answer, usage: { ...answer.usage, service_tier: 'batch' } } };
}

function erroredBy(error: ClaudeError, nextId: Surroundings['nextId']): object {
  return { type: 'errored', error: errorBody(error, nextId('req')) };
}

function noCounts(): Counts {
  return { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
}

function countTypes(lines: readonly { result: object }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { result } of lines) {
    const type = 'type' in result ? String(result.type) : '';
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}
