import type Anthropic from '@anthropic-ai/sdk';
import type { Tokens } from '@usher/core/budget/book';
import { costMicroUsd, type PriceList } from '@usher/core/price';

/** English text has about four bytes a token. The shared budget learns how far off that is for a desk's own tickets. */
const BYTES_A_TOKEN = 4;
/** No text of natural language has fewer bytes a token. */
const FEWEST_BYTES_A_TOKEN = 2.5;
/** A sentence and three labels. */
const REPLY_TOKENS = 80;

/** What a call will probably use of the limits: its prefix is read from the cache, which counts for nothing. */
export function estimateTokens({ messages }: Anthropic.MessageCreateParamsNonStreaming): Tokens {
  return { inputTokens: Math.ceil(bytesOf(messages) / BYTES_A_TOKEN), outputTokens: REPLY_TOKENS };
}

/** What a call costs at most, in micro-dollars: the prefix written to the cache anew, and the longest reply allowed. */
export function worstCaseMicroUsd(
  request: Anthropic.MessageCreateParamsNonStreaming,
  prices: PriceList,
  serviceTier: 'batch' | null = null,
): number {
  const { model, messages, max_tokens: outputTokens, system, tools, output_config: config } = request;
  const most = (part: unknown) => Math.ceil(bytesOf(part) / FEWEST_BYTES_A_TOKEN);
  const usage = {
    inputTokens: most(messages),
    cacheWrite1hTokens: most([system, tools, config]),
    cacheWrite5mTokens: 0,
    cacheReadTokens: 0,
    outputTokens,
    serviceTier,
  };
  return costMicroUsd(usage, model, prices);
}

function bytesOf(part: unknown): number {
  return Buffer.byteLength(JSON.stringify(part) ?? '');
}
