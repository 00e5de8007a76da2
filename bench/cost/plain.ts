import { readPrices } from '@usher/engines/claude/prices';
import { costMicroUsd, pricesAt } from '@usher/core/price';
import type { TokenUsage } from '@usher/core/engine';
import { z } from 'zod';

/** A request as a fleet sent it. */
export const SentRequest = z.looseObject({
  model: z.string(),
  system: z.array(z.looseObject({ text: z.string() })),
  messages: z.array(z.looseObject({ content: z.union([z.string(), z.array(z.looseObject({}))]) })),
});
export type SentRequest = z.infer<typeof SentRequest>;

const Answer = z.object({
  model: z.string(),
  usage: z.object({
    input_tokens: z.number(),
    cache_read_input_tokens: z.number(),
    cache_creation: z.object({ ephemeral_5m_input_tokens: z.number(), ephemeral_1h_input_tokens: z.number() }),
    output_tokens: z.number(),
    service_tier: z.string(),
  }),
});

/** The same request as it would be without a prompt cache: the whole prompt is paid for. */
export function uncached(request: SentRequest): SentRequest {
  return {
    ...request,
    system: request.system.map(({ cache_control: _none, ...block }) => ({ ...block, text: block.text })),
  };
}

const ToolResult = z.looseObject({ type: z.literal('tool_result'), content: z.string() });

/** The same request without the similar tickets that it shows. */
export function withoutExamples(request: SentRequest): SentRequest {
  const messages = request.messages.map((message) => {
    if (typeof message.content === 'string') return message;
    return { ...message, content: message.content.map(withoutSimilar) };
  });
  return { ...request, messages };
}

function withoutSimilar(block: Record<string, unknown>): Record<string, unknown> {
  const read = ToolResult.safeParse(block);
  if (!read.success) return block;
  const told = z.looseObject({}).parse(JSON.parse(read.data.content));
  return { ...block, content: JSON.stringify({ ...told, similar_tickets: [] }) };
}

/** What one request costs when it is sent alone, in micro-dollars. */
export async function pay(claudeUrl: string, request: SentRequest): Promise<{ microUsd: number; usage: TokenUsage }> {
  const response = await fetch(`${claudeUrl}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2026-10-21', 'x-api-key': 'bench' },
    body: JSON.stringify(request),
  });
  const { model, usage } = Answer.parse(await response.json());
  const counted = {
    inputTokens: usage.input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWrite5mTokens: usage.cache_creation.ephemeral_5m_input_tokens,
    cacheWrite1hTokens: usage.cache_creation.ephemeral_1h_input_tokens,
    outputTokens: usage.output_tokens,
    serviceTier: usage.service_tier,
  };
  return { microUsd: costMicroUsd(counted, model, pricesAt(readPrices(), Date.now())), usage: counted };
}
