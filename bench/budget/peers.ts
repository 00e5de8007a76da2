import Anthropic from '@anthropic-ai/sdk';
import { buildPrompt } from '@usher/core/prompt';
import { buildRequest } from '@usher/engines/claude/request';
import { desk } from '@usher/test/support/claude-server-desk';
import { Worker } from 'bullmq';
import type { Load, MemberSettings } from './messages.ts';
import { ticketOf } from './tickets.ts';

/** Jobs of the peers, filled by the bench. */
export const PEER_QUEUE = 'bench-peer';

/** The same calls without a shared budget: Anthropic's client with its own retries, with BullMQ's limiter or without. */
export function workAlone(
  { way, redisUrl, claudeUrl, concurrency, requestsAMinute }: MemberSettings,
  load: () => Load,
) {
  const client = new Anthropic({ apiKey: 'bench', baseURL: claudeUrl, logLevel: 'off' });
  const call = async (id: number) => {
    const prompt = buildPrompt({ taxonomy: desk, ticket: ticketOf(id, load()), examples: [] });
    await client.messages.create(buildRequest({ model: 'claude-haiku-5-5', prompt, taxonomy: desk, repair: null }));
  };
  const limiter = { max: Math.floor(requestsAMinute / 60), duration: 1_000 };
  const worker = new Worker<{ id: number }>(PEER_QUEUE, ({ data }) => call(data.id), {
    connection: { url: redisUrl },
    concurrency,
    ...(way === 'bullmq' && { limiter }),
  });
  worker.on('error', () => {});
}
