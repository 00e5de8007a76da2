import type { EarlierAnswer, EngineAnswer, EngineCall, Memory } from '@usher/core/engine';

/** The answer that takes over an earlier one to the same text: no call, no cost, and marked as no evidence of its own. */
export function takeOver({ id, model, suggestion }: EarlierAnswer, { textHash }: Memory): EngineAnswer {
  const call: EngineCall = {
    engine: 'claude',
    model,
    outcome: 'suggested',
    suggestion,
    usage: null,
    costMicroUsd: 0,
    durationMs: 0,
    requestId: null,
    textHash,
    reusedFrom: id,
  };
  return { kind: 'suggested', suggestion, standIn: null, calls: [call] };
}

/** A call as it is found again by its text, if it holds a suggestion. */
export function remembered(call: EngineCall, memory: Memory | undefined): EngineCall {
  return memory === undefined || call.outcome !== 'suggested' ? call : { ...call, textHash: memory.textHash };
}
