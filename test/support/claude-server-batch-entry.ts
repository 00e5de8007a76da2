import Anthropic from '@anthropic-ai/sdk';
import type { ClaudeServer } from './claude-server.ts';

/** Anthropic's own client against a server, so that it is also its idea of the API that is tried. */
export function clientOf({ url }: Pick<ClaudeServer, 'url'>, apiKey = 'test-key'): Anthropic {
  return new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
}

/** A request of a batch about one sentence. */
export function entry(customId: string, content = 'My invoice is wrong.', change: object = {}) {
  const params = { model: 'claude-haiku-5-5', max_tokens: 100, thinking: { type: 'disabled' as const } };
  return { custom_id: customId, params: { ...params, messages: [{ role: 'user' as const, content }], ...change } };
}
