import type Anthropic from '@anthropic-ai/sdk';
import type { ListedBatch } from '@usher/core/batches/recognise';
import { readCustomId } from '@usher/core/batches/custom-id';
import type { Caller, EngineCall, Example } from '@usher/core/engine';
import type { Failure } from '@usher/core/failure';
import type { Gate } from '@usher/core/gate';
import { type PriceBook, pricesAt } from '@usher/core/price';
import { buildPrompt } from '@usher/core/prompt';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { TicketText } from '@usher/core/ticket';
import type { WarmUp } from '@usher/core/warm-up';
import { z } from 'zod';
import { type AnswerReading, ClaudeAnswer, readAnswer, recordAnswer } from './answer.ts';
import { callClaude, type ClaudeCall } from './call.ts';
import { createClient } from './client.ts';
import { worstCaseMicroUsd } from './estimate.ts';
import { BatchGone, SuggestAborted } from './failures.ts';
import { buildRequest } from './request.ts';
import { isNotFound, translateError } from './translate-error.ts';

/** What a batch asks about one ticket: the same as a live call of the same model. */
export type BatchParams = Anthropic.MessageCreateParamsNonStreaming;

export interface BatchRequest {
  custom_id: string;
  params: BatchParams;
}

/** How Claude says that a batch stands. */
export interface BatchStanding extends ListedBatch {
  isCanceling: boolean;
}

export interface ClaudeBatchesOptions {
  model: string;
  apiKey?: string | undefined;
  /** Another address of the API, such as a proxy; Anthropic's own by default. */
  baseUrl?: string | undefined;
  prices: PriceBook;
  gate: Gate;
  /** Absent where nobody else shares the prompt cache. */
  warmUp?: WarmUp | undefined;
  /** For one call, over headers and body. */
  deadlineMs?: number;
  /** For sending a whole batch. */
  sendDeadlineMs?: number;
  /** For reading all results of a batch. */
  readDeadlineMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Message Batches as the lane uses them. Every verb throws a ClaudeFailure for what Claude's side did, and SuggestAborted. */
export interface ClaudeBatches {
  readonly model: string;
  /** The request for one ticket, with the prompt of the live path. */
  build(ticket: { text: TicketText; taxonomy: Taxonomy; examples: readonly Example[] }): BatchParams;
  /** What a request costs at most in a batch, in micro-dollars. */
  worstMicroUsd(params: BatchParams): number;
  /** Sends one request live, through the gate, because a batch tells of bad parameters only when it ends. */
  tryOne(params: BatchParams, about: { taxonomy: Taxonomy; caller: Caller; signal: AbortSignal }): Promise<ClaudeCall>;
  create(requests: readonly BatchRequest[], signal: AbortSignal): Promise<BatchStanding>;
  retrieve(batchId: string, signal: AbortSignal): Promise<BatchStanding>;
  cancel(batchId: string, signal: AbortSignal): Promise<BatchStanding>;
  /** The newest batch of the workspace, null if there is none. */
  newest(signal: AbortSignal): Promise<string | null>;
  /** Batches that are newer than one, newest first; all of an hour before that moment and since, where that one is gone. */
  since(mark: { newestBefore: string | null; sentAt: Date }, signal: AbortSignal): Promise<BatchStanding[]>;
  /** Lines of results as they come, in any order; a cut stream throws, and is read again from the top. */
  results(batchId: string, signal: AbortSignal): AsyncIterable<unknown>;
  /** The key in the first result's `custom_id`; undefined where the batch is none of Usher's. */
  keyIn(batchId: string, signal: AbortSignal): Promise<string | undefined>;
  /** Reads an answer as it came in a result; undefined for what is no answer of Claude's. */
  read(message: unknown, about: { taxonomy: Taxonomy; batchId: string; durationMs: number }): BatchAnswer | undefined;
}

/** An answer from a batch, with the record of what it cost. */
export interface BatchAnswer {
  reading: AnswerReading;
  record: EngineCall;
}

/** Results of a whole batch, the largest that the API takes. */
const MAX_RESULT_BYTES = 1_000_000_000;

/** Batches on one page of a list. */
const PAGE = 100;

/** How far Claude's clock may be behind ours where only the time can tell what is recent. */
const CLOCKS_APART_MS = 3_600_000;

const Named = z.object({ custom_id: z.string() });

/** Opens the Message Batches API for one model. */
export function createClaudeBatches(options: ClaudeBatchesOptions): ClaudeBatches {
  const { model, apiKey, baseUrl, prices, gate, warmUp } = options;
  const { deadlineMs = 30_000, sendDeadlineMs = 120_000, readDeadlineMs = 600_000, now = Date.now } = options;
  const client = createClient({ apiKey, baseUrl, connections: 4, maxAnswerBytes: MAX_RESULT_BYTES });
  const { batches } = client.messages;
  const tools = { client, prices, gate, warmUp, account: `${baseUrl ?? ''} ${apiKey ?? ''}`, deadlineMs, now };

  const ask = async <T>(signal: AbortSignal, ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await call(AbortSignal.any([signal, AbortSignal.timeout(ms)]));
    } catch (thrown) {
      throw failureOf(thrown, signal);
    }
  };
  // The gate hears of none of them: batches have limits of their own, and what concerns everybody the next live call meets.
  const failureOf = (thrown: unknown, signal: AbortSignal) => {
    if (signal.aborted) return new SuggestAborted();
    if (isNotFound(thrown)) return new BatchGone('Claude does not know this batch, or has no batches at this address');
    return translateError(thrown, now());
  };

  async function* results(batchId: string, signal: AbortSignal): AsyncGenerator {
    try {
      const until = AbortSignal.any([signal, AbortSignal.timeout(readDeadlineMs)]);
      yield* await batches.results(batchId, {}, { signal: until });
    } catch (thrown) {
      throw failureOf(thrown, signal);
    }
  }

  return {
    model,
    results,
    build: ({ text, taxonomy, examples }) =>
      buildRequest({ model, prompt: buildPrompt({ ticket: text, taxonomy, examples }), taxonomy, repair: null }),
    worstMicroUsd: (params) => worstCaseMicroUsd(params, pricesAt(prices, now()), 'batch'),
    tryOne: (params, about) => callClaude(params, { ...about, purpose: 'first', mayWait: true }, tools),
    create: (requests, signal) =>
      ask(signal, sendDeadlineMs, async (until) =>
        standingOf(await batches.create({ requests: [...requests] }, { signal: until })),
      ),
    retrieve: (batchId, signal) =>
      ask(signal, deadlineMs, async (until) => standingOf(await batches.retrieve(batchId, {}, { signal: until }))),
    cancel: (batchId, signal) =>
      ask(signal, deadlineMs, async (until) => standingOf(await batches.cancel(batchId, {}, { signal: until }))),
    newest: (signal) =>
      ask(signal, deadlineMs, async (until) => {
        const { data } = await batches.list({ limit: 1 }, { signal: until });
        return data[0]?.id ?? null;
      }),
    since: ({ newestBefore, sentAt }, signal) =>
      ask(signal, deadlineMs, async (until) => {
        const found: BatchStanding[] = [];
        for await (const batch of batches.list({ limit: PAGE }, { signal: until })) {
          if (batch.id === newestBefore || Date.parse(batch.created_at) < sentAt.getTime() - CLOCKS_APART_MS) break;
          found.push(standingOf(batch));
        }
        return found;
      }),
    async keyIn(batchId, signal) {
      for await (const line of results(batchId, signal)) {
        const named = Named.safeParse(line);
        return named.success ? readCustomId(named.data.custom_id)?.key : undefined;
      }
      return undefined;
    },
    read(message, { taxonomy, batchId, durationMs }) {
      const answer = ClaudeAnswer.safeParse(message);
      if (!answer.success) return undefined;
      const reading = readAnswer(answer.data, taxonomy);
      const record = recordAnswer(
        { answer: answer.data, reading },
        { prices: pricesAt(prices, now()), durationMs, requestId: batchId },
      );
      return { reading, record };
    },
  };
}

function standingOf({
  id,
  processing_status: status,
  request_counts: counts,
}: Anthropic.Messages.MessageBatch): BatchStanding {
  const { processing, succeeded, errored, canceled, expired } = counts;
  return {
    id,
    requests: processing + succeeded + errored + canceled + expired,
    hasEnded: status === 'ended',
    isCanceling: status === 'canceling',
  };
}

/** Answers after which there surely is no batch. */
const REFUSALS = new Set([
  'rate_limited',
  'budget_spent',
  'content_rejected',
  'claude_configuration_refused',
  'batch_gone',
]);

/** Whether a failed creation surely left no batch behind; otherwise there may be one, whose answer was lost. */
export function isRefusal({ code }: Failure): boolean {
  return REFUSALS.has(code);
}
