import type Anthropic from '@anthropic-ai/sdk';
import { readServerSays, type ServerSays } from '@usher/core/budget/server-says';
import type { Caller, EngineCall } from '@usher/core/engine';
import type { CallEnd, Gate, GateCall, Pass } from '@usher/core/gate';
import { type PriceBook, pricesAt } from '@usher/core/price';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { WarmUp } from '@usher/core/warm-up';
import { type AnswerReading, ClaudeAnswer, readAnswer, recordAnswer } from './answer.ts';
import { estimateTokens, worstCaseMicroUsd } from './estimate.ts';
import { ConnectionLost, ContentRejected, GateClosed, SuggestAborted } from './failures.ts';
import { takeTurn } from './take-turn.ts';
import { endOf, translateError } from './translate-error.ts';

export interface CallTools {
  client: Anthropic;
  prices: PriceBook;
  gate: Gate;
  /** Absent where nobody else shares the prompt cache. */
  warmUp?: WarmUp | undefined;
  /** Key and address, of which only a hash is told; each has a prompt cache of its own. */
  account: string;
  /** For one call, from sending it to the last byte of the answer. */
  deadlineMs: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** One answer of Claude's: what it says, and the record of what it cost. */
export interface ClaudeCall {
  reading: AnswerReading | { outcome: 'content_rejected'; detail: string };
  record: EngineCall;
}

/** What a call is for: the first try, a repair of its answer, or the hard model's. */
export type Purpose = 'first' | 'repair' | 'hard';

export interface Errand {
  purpose: Purpose;
  caller: Caller;
  taxonomy: Taxonomy;
  mayWait: boolean;
  signal: AbortSignal;
}

/** How long a ticket rather waits for its turn than give back its worker; one with a paid answer behind it waits longer. */
const PATIENCE_MS = { first: 250, repair: 10_000, hard: 10_000 } as const;
/** For a ticket that may not wait this is the last chance. */
const LAST_PATIENCE_MS = 10_000;

/** Asks Claude once, through the gate and within the deadline; throws a SuggestFailure where no answer came. */
export async function callClaude(
  request: Anthropic.MessageCreateParamsNonStreaming,
  errand: Errand,
  tools: CallTools,
): Promise<ClaudeCall> {
  if (errand.signal.aborted) throw new SuggestAborted();
  const turn = await takeTurn(request, errand, tools);
  let isAnswered = false;
  try {
    const call = await callInTurn(request, errand, tools);
    isAnswered = call.record.usage !== null;
    return call;
  } finally {
    await turn?.end(isAnswered).catch(() => undefined);
  }
}

async function callInTurn(
  request: Anthropic.MessageCreateParamsNonStreaming,
  errand: Errand,
  tools: CallTools,
): Promise<ClaudeCall> {
  const { taxonomy, signal } = errand;
  const pass = await enter(tools.gate, gateCallOf(request, errand, tools));
  if (signal.aborted) {
    await end(pass, { kind: 'lost', wasSent: false, detail: 'broken off before it was sent' });
    throw new SuggestAborted();
  }
  const startedAt = tools.now();
  // A clock that was set back meanwhile must not make a call take less than no time.
  const elapsedMs = () => Math.max(0, tools.now() - startedAt);
  try {
    const { answer, requestId, says } = await send(request, { signal, pass }, tools);
    const durationMs = elapsedMs();
    const reading = readAnswer(answer, taxonomy);
    const answered = recordAnswer(
      { answer, reading },
      { prices: pricesAt(tools.prices, tools.now()), durationMs, requestId },
    );
    const { usage, costMicroUsd } = answered;
    await end(pass, { kind: 'answered', usage, costMicroUsd, says });
    return { reading, record: answered };
  } catch (thrown) {
    if (!(thrown instanceof ContentRejected)) throw thrown;
    return rejected(thrown, { model: request.model, durationMs: elapsedMs() });
  }
}

function gateCallOf(
  request: Anthropic.MessageCreateParamsNonStreaming,
  { purpose, caller, mayWait, signal }: Errand,
  { prices, now }: CallTools,
): GateCall {
  return {
    model: request.model,
    key: `${caller.key}-${purpose}`,
    share: purpose === 'hard' && caller.lane === 'live' ? 'escalation' : caller.lane,
    sourceId: caller.sourceId,
    estimate: estimateTokens(request),
    worstMicroUsd: worstCaseMicroUsd(request, pricesAt(prices, now())),
    patienceMs: mayWait ? PATIENCE_MS[purpose] : LAST_PATIENCE_MS,
    signal,
  };
}

interface Sent {
  answer: ClaudeAnswer;
  requestId: string | null;
  says: ServerSays;
}

async function send(
  request: Anthropic.MessageCreateParamsNonStreaming,
  { signal, pass }: { signal: AbortSignal; pass: Pass },
  { client, deadlineMs, now }: CallTools,
): Promise<Sent> {
  // The client's own timeout ends when the headers arrive; this one goes on until the body is complete.
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const {
      data,
      response,
      request_id: requestId,
    } = await client.messages.create(request, { signal: AbortSignal.any([signal, deadline]) }).withResponse();
    const answer = ClaudeAnswer.safeParse(data);
    if (!answer.success) throw new ConnectionLost('what came with status 200 is not an answer of Claude');
    const says = readServerSays((name) => response.headers.get(name));
    return { answer: answer.data, requestId: requestId ?? null, says };
  } catch (thrown) {
    if (signal.aborted) {
      await end(pass, { kind: 'aborted' });
      throw new SuggestAborted();
    }
    const failure = thrown instanceof ConnectionLost ? thrown : translateError(thrown, now());
    await end(pass, endOf(failure, thrown));
    // A status that arrived in time says more than the deadline that cut off its body.
    if (deadline.aborted && failure instanceof ConnectionLost)
      throw new ConnectionLost(`no whole answer within ${deadlineMs} ms`, { cause: thrown });
    throw failure;
  }
}

async function enter(gate: Gate, call: GateCall): Promise<Pass> {
  try {
    return await gate.enter(call);
  } catch (cause) {
    if (call.signal.aborted) throw new SuggestAborted();
    throw new GateClosed(cause);
  }
}

/** A gate that cannot be told must not cost the answer in hand, which is already paid: it counts the worst case then. */
async function end(pass: Pass, how: CallEnd): Promise<void> {
  await pass.end(how).catch(() => undefined);
}

function rejected(
  { requestId, message: detail }: ContentRejected,
  { model, durationMs }: { model: string; durationMs: number },
): ClaudeCall {
  return {
    reading: { outcome: 'content_rejected', detail },
    record: {
      engine: 'claude',
      model,
      outcome: 'content_rejected',
      suggestion: null,
      usage: null,
      costMicroUsd: 0,
      durationMs,
      requestId,
    },
  };
}
