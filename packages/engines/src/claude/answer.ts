import type { EngineCall, TokenUsage } from '@usher/core/engine';
import { costMicroUsd, type PriceList } from '@usher/core/price';
import { readReply } from '@usher/core/reply';
import type { Suggestion } from '@usher/core/suggestion';
import type { Taxonomy } from '@usher/core/taxonomy';
import { z } from 'zod';

const tokens = z.number().int().nonnegative();
const optionalTokens = tokens.nullish().transform((value) => value ?? 0);

/** As much of Claude's answer as we rely on. Anything else under status 200 is not an answer of Claude's. */
export const ClaudeAnswer = z.object({
  type: z.literal('message'),
  model: z.string(),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullable(),
  usage: z.object({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_creation_input_tokens: optionalTokens,
    cache_read_input_tokens: optionalTokens,
    cache_creation: z.object({ ephemeral_5m_input_tokens: tokens, ephemeral_1h_input_tokens: tokens }).nullish(),
    service_tier: z
      .string()
      .nullish()
      .transform((value) => value ?? null),
  }),
});
export type ClaudeAnswer = z.infer<typeof ClaudeAnswer>;

/** What an answer says; `detail` tells the model what was wrong and repeats nothing that it wrote. */
export type AnswerReading =
  | { outcome: 'suggested'; suggestion: Suggestion }
  | { outcome: 'refused' }
  | { outcome: 'truncated' | 'unusable'; detail: string };

/** Reads an answer of Claude's. Never throws. */
export function readAnswer(answer: ClaudeAnswer, taxonomy: Taxonomy): AnswerReading {
  if (answer.stop_reason === 'refusal') return { outcome: 'refused' };
  if (answer.stop_reason === 'max_tokens' || answer.stop_reason === 'model_context_window_exceeded')
    return { outcome: 'truncated', detail: 'it was too long and was cut off' };
  const text = answer.content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
  const reading = readReply(text, taxonomy);
  return reading.kind === 'suggested'
    ? { outcome: 'suggested', suggestion: reading.suggestion }
    : { outcome: 'unusable', detail: reading.detail };
}

/** The record of an answer, with the price of the model that gave it, whether usable or not. */
export function recordAnswer(
  { answer, reading }: { answer: ClaudeAnswer; reading: AnswerReading },
  { prices, durationMs, requestId }: { prices: PriceList; durationMs: number; requestId: string | null },
): EngineCall & { usage: TokenUsage } {
  const usage = usageOf(answer);
  return {
    engine: 'claude',
    model: answer.model,
    outcome: reading.outcome,
    suggestion: reading.outcome === 'suggested' ? reading.suggestion : null,
    usage,
    costMicroUsd: costMicroUsd(usage, answer.model, prices),
    durationMs,
    requestId,
  };
}

function usageOf({ usage }: ClaudeAnswer): TokenUsage {
  return {
    inputTokens: usage.input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWrite5mTokens: usage.cache_creation?.ephemeral_5m_input_tokens ?? 0,
    // Without the breakdown it was written as we asked for it: for an hour.
    cacheWrite1hTokens: usage.cache_creation?.ephemeral_1h_input_tokens ?? usage.cache_creation_input_tokens,
    outputTokens: usage.output_tokens,
    serviceTier: usage.service_tier,
  };
}
