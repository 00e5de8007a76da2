import { answerText } from './claude-server-answer.ts';
import type { AnswerTwist } from './claude-server-plan.ts';
import type { ClaudeRequest } from './claude-server-request.ts';
import { countTokens, type InputTokens } from './claude-server-usage.ts';

/** The answer to `POST /v1/messages`: the one computed from the ticket, twisted as the plan wants it. */
export function message(request: ClaudeRequest, twist: AnswerTwist, { id, input }: { id: string; input: InputTokens }) {
  const { text, stopReason } = cutToLimit(twisted(answerText(request), twist), request.max_tokens);
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: request.model,
    container: null,
    diagnostics: null,
    content: text === '' ? [] : [{ type: 'text', text, citations: null }],
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details: stopReason === 'refusal' ? { type: 'refusal', category: 'general_harms', explanation: null } : null,
    usage: {
      input_tokens: input.uncached,
      cache_creation_input_tokens: input.write5m + input.write1h,
      cache_read_input_tokens: input.read,
      cache_creation: { ephemeral_5m_input_tokens: input.write5m, ephemeral_1h_input_tokens: input.write1h },
      output_tokens: Math.max(1, countTokens(text)),
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: 'global',
      speed: 'standard',
    },
  };
}

interface Written {
  text: string;
  stopReason: 'end_turn' | 'max_tokens' | 'refusal';
}

function twisted(proper: string, twist: AnswerTwist): Written {
  switch (twist) {
    case 'answer':
      return { text: proper, stopReason: 'end_turn' };
    case 'refusal':
      return { text: '', stopReason: 'refusal' };
    case 'max_tokens':
      return { text: proper.slice(0, proper.length / 2), stopReason: 'max_tokens' };
    case 'not_json':
      return { text: `I would say: ${proper}`, stopReason: 'end_turn' };
    case 'wrong_shape':
      return { text: proper.replace('"confidence":', '"certainty":'), stopReason: 'end_turn' };
    case 'unknown_label':
      return { text: proper.replace(/"category":"[^"]*"/, '"category":"astrology"'), stopReason: 'end_turn' };
    case 'odd_letter_case':
      return {
        text: proper.replace(/(?<="(?:sub)?category":)"[^"]*"/g, (label) => label.toUpperCase()),
        stopReason: 'end_turn',
      };
  }
}

function cutToLimit({ text, stopReason }: Written, maxTokens: number): Written {
  return countTokens(text) > maxTokens
    ? { text: text.slice(0, maxTokens * 4), stopReason: 'max_tokens' }
    : { text, stopReason };
}
