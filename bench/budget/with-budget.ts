import type { Gate } from '@usher/core/gate';
import type { Handlers } from '@usher/core/jobs';
import { createClaudeEngine } from '@usher/engines/claude';
import { readPrices } from '@usher/engines/claude/prices';
import { openBudget } from '@usher/queue/budget/open';
import { createTurns, type Turns } from '@usher/queue/budget/turns';
import { connectQueue } from '@usher/queue/connect';
import { consume } from '@usher/queue/consume';
import { desk } from '@usher/test/support/claude-server-desk';
import type { Load, MemberSettings } from './messages.ts';
import { ticketOf } from './tickets.ts';

/** Asks Claude about every job of the queue as Usher's workers do: a job that has to wait gives its place back. */
export function workWithBudget({ redisUrl, claudeUrl, concurrency }: MemberSettings, load: () => Load): void {
  const turns = createTurns(openBudget(redisUrl), { account: 'bench', ceilings: {} });
  const engine = createClaudeEngine({
    model: 'claude-haiku-5-5',
    hardModel: 'claude-haiku-5-5',
    apiKey: 'bench',
    baseUrl: claudeUrl,
    prices: readPrices(),
    gate: gateOf(turns, load),
    connections: concurrency,
  });
  const handlers: Handlers<{ signal: AbortSignal }> = {
    async classify({ ticketId, lane }, { signal }) {
      const caller = { key: String(ticketId), lane, sourceId: null };
      const ticket = ticketOf(ticketId, load());
      await engine.suggest({ caller, ticket, taxonomy: desk, examples: [], mayWait: true, signal });
    },
    async deliver() {},
    async learn() {},
    async fetch() {},
    async pull() {},
    async batch() {},
  };
  consume(connectQueue(redisUrl, { role: 'consumer' }), {
    queue: 'classify-bulk',
    concurrency,
    handlers,
    deps: (context) => context,
    onEvent: () => {},
  });
}

/** The shared budget alone, with estimates that are off by a factor. */
function gateOf(turns: Turns, load: () => Load): Gate {
  return {
    async enter(call) {
      const { estimateFactor: factor } = load();
      const { inputTokens, outputTokens } = call.estimate;
      await turns.take({
        ...call,
        estimate: { inputTokens: inputTokens * factor, outputTokens: outputTokens * factor },
      });
      return { end: (how) => turns.end(call, how) };
    },
  };
}
