import { z } from 'zod';
import type { ClaudeServer } from './claude-server.ts';

/** What a request to the API needs beside its body, with a key that `startClaudeServer({ apiKey: 'right-key' })` accepts. */
export const headers = {
  'content-type': 'application/json',
  'anthropic-version': '2026-10-21',
  'x-api-key': 'right-key',
};

/** A small request in the API's own words, written without Anthropic's client. */
export const plainRequest = {
  model: 'claude-haiku-5-5',
  max_tokens: 100,
  thinking: { type: 'disabled' },
  messages: [{ role: 'user', content: 'My invoice is wrong.' }],
  output_config: {
    format: {
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { category: { enum: ['billing', 'invoice'] }, confidence: { type: 'number' } },
        additionalProperties: false,
        required: ['category', 'confidence'],
      },
    },
  },
};

/** Posts a message as any HTTP client would: the plain request with changes. */
export async function postMessage(
  { url }: Pick<ClaudeServer, 'url'>,
  change: object = {},
  otherHeaders: Record<string, string> = {},
) {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { ...headers, ...otherHeaders },
    body: JSON.stringify({ ...plainRequest, ...change }),
  });
  return { status: response.status, headers: response.headers, body: z.looseObject({}).parse(await response.json()) };
}
