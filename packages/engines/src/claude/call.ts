import type Anthropic from '@anthropic-ai/sdk';
import type { EngineCall, Gate, GateNews } from '@usher/core/engine';
import type { PriceList } from '@usher/core/price';
import type { Taxonomy } from '@usher/core/taxonomy';
import { type AnswerReading, ClaudeAnswer, readAnswer, recordAnswer } from './answer.ts';
import { ConnectionLost, ContentRejected, GateClosed, SuggestAborted } from './failures.ts';
import { newsOf, translateError } from './translate-error.ts';

export interface CallTools {
  client: Anthropic;
  prices: PriceList;
  gate: Gate;
  /** For one call, from sending it to the last byte of the answer. */
  deadlineMs: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** One answer of Claude's: what it says, and the record of what it cost. */
export interface ClaudeCall {
  reading: AnswerReading | { outcome: 'content_rejected' };
  record: EngineCall;
}

/** Asks Claude once, through the gate and within the deadline; throws a SuggestFailure where no answer came. */
export async function callClaude(
  request: Anthropic.MessageCreateParamsNonStreaming,
  { taxonomy, signal }: { taxonomy: Taxonomy; signal: AbortSignal },
  tools: CallTools,
): Promise<ClaudeCall> {
  if (signal.aborted) throw new SuggestAborted();
  await enter(tools.gate, request.model);
  const startedAt = tools.now();
  // A clock that was set back meanwhile must not make a call take less than no time.
  const elapsedMs = () => Math.max(0, tools.now() - startedAt);
  try {
    const { answer, requestId } = await send(request, signal, tools);
    const durationMs = elapsedMs();
    await tell(tools.gate, request.model, { kind: 'answered' });
    const reading = readAnswer(answer, taxonomy);
    return { reading, record: recordAnswer({ answer, reading }, { prices: tools.prices, durationMs, requestId }) };
  } catch (thrown) {
    if (!(thrown instanceof ContentRejected)) throw thrown;
    return rejected(thrown, { model: request.model, durationMs: elapsedMs() });
  }
}

async function send(
  request: Anthropic.MessageCreateParamsNonStreaming,
  signal: AbortSignal,
  { client, gate, deadlineMs, now }: CallTools,
): Promise<{ answer: ClaudeAnswer; requestId: string | null }> {
  // The client's own timeout ends when the headers arrive; this one goes on until the body is complete.
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const { data, request_id: requestId } = await client.messages
      .create(request, { signal: AbortSignal.any([signal, deadline]) })
      .withResponse();
    const answer = ClaudeAnswer.safeParse(data);
    if (!answer.success) throw new ConnectionLost('what came with status 200 is not an answer of Claude');
    return { answer: answer.data, requestId: requestId ?? null };
  } catch (thrown) {
    if (signal.aborted) throw new SuggestAborted();
    const failure = thrown instanceof ConnectionLost ? thrown : translateError(thrown, now());
    await tell(gate, request.model, newsOf(failure));
    // A status that arrived in time says more than the deadline that cut off its body.
    if (deadline.aborted && failure instanceof ConnectionLost)
      throw new ConnectionLost(`no whole answer within ${deadlineMs} ms`, { cause: thrown });
    throw failure;
  }
}

async function enter(gate: Gate, model: string): Promise<void> {
  try {
    await gate.enter(model);
  } catch (cause) {
    throw new GateClosed(cause);
  }
}

/** A gate that cannot be told must not cost the answer in hand, which is already paid: the next caller has the same news. */
async function tell(gate: Gate, model: string, news: GateNews | null): Promise<void> {
  if (news === null) return;
  await gate.report(model, news).catch(() => undefined);
}

function rejected(
  { requestId }: ContentRejected,
  { model, durationMs }: { model: string; durationMs: number },
): ClaudeCall {
  return {
    reading: { outcome: 'content_rejected' },
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
