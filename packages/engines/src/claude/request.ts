import { createHash } from 'node:crypto';
import type Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { Prompt } from '@usher/core/prompt';
import { outputSchema } from '@usher/core/reply';
import type { Taxonomy } from '@usher/core/taxonomy';
import { modelSettings } from './models.ts';

/** Pairs the tool's use with its result; never seen by anybody else. */
const TOOL_USE_ID = 'toolu_ticket';

/**
 * The request for one ticket, on the wire. The tool, the system text and the output format are the same for every ticket
 * of a taxonomy, and cached for an hour rather than five minutes: the dearer write (twice the input price, not 1.25
 * times) is earned back by the first ticket that follows a pause of more than five minutes, and batches need the hour.
 * The ticket travels JSON-encoded in a tool result, where Claude expects text that nobody vouches for. `repair` tells
 * what was wrong with the last answer.
 */
export function buildRequest({
  model,
  prompt,
  taxonomy,
  repair,
}: {
  model: string;
  prompt: Prompt;
  taxonomy: Taxonomy;
  repair: string | null;
}): Anthropic.MessageCreateParamsNonStreaming {
  const { effort, ...settings } = modelSettings(model);
  return {
    model,
    ...settings,
    tools: [{ ...prompt.tool, input_schema: { ...prompt.tool.input_schema } }],
    tool_choice: { type: 'none' },
    system: [{ type: 'text', text: prompt.system, cache_control: { type: 'ephemeral', ttl: '1h' } }],
    output_config: {
      ...(effort === undefined ? {} : { effort }),
      format: zodOutputFormat(outputSchema(taxonomy)),
    },
    messages: [
      { role: 'user', content: prompt.request },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: TOOL_USE_ID, name: prompt.tool.name, input: {} }],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: TOOL_USE_ID, content: prompt.toolResult },
          ...(repair === null ? [] : [{ type: 'text' as const, text: repairText(repair) }]),
        ],
      },
    ],
  };
}

/** The same for all requests of one account that share an entry of the prompt cache: everything but the messages. */
export function prefixOf(
  { messages: _own, ...shared }: Anthropic.MessageCreateParamsNonStreaming,
  account: string,
): string {
  return createHash('sha256').update(account).update(JSON.stringify(shared)).digest('base64url');
}

function repairText(repair: string): string {
  return `Your last answer to this could not be used: ${repair}. Answer again, only with the agreed JSON and only with the listed labels, and keep the rationale short.`;
}
