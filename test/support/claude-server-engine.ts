import type { EngineCall, GateNews, SuggestRequest } from '@usher/core/engine';
import { type ClaudeEngineOptions, createClaudeEngine } from '@usher/engines/claude';
import { isSuggestFailure, type SuggestFailure } from '@usher/engines/claude/failures';
import { readPrices } from '@usher/engines/claude/prices';
import type { ClaudeServer } from './claude-server.ts';
import { desk } from './claude-server-desk.ts';

/** A ticket that the stand-in for Claude files under billing, with confidence. */
export const refundTicket = { subject: 'Refund', body: 'I was charged twice, please refund the second payment.' };

export interface Report {
  model: string;
  news: GateNews;
}

/** The Claude engine against a server, with what it asked of the gate and told it. */
export function engineAgainst(server: Pick<ClaudeServer, 'url'>, options: Partial<ClaudeEngineOptions> = {}) {
  const entered: string[] = [];
  const reports: Report[] = [];
  const engine = createClaudeEngine({
    model: 'claude-haiku-5-5',
    hardModel: 'claude-sonnet-5-5',
    apiKey: 'test-key',
    baseUrl: server.url,
    prices: readPrices(),
    gate: {
      async enter(model) {
        entered.push(model);
      },
      async report(model, news) {
        reports.push({ model, news });
      },
    },
    ...options,
  });
  return { suggest: (request: Partial<SuggestRequest> = {}) => engine.suggest(asked(request)), entered, reports };
}

function asked(request: Partial<SuggestRequest>): SuggestRequest {
  const signal = new AbortController().signal;
  return { ticket: refundTicket, taxonomy: desk, examples: [], mayWait: true, signal, ...request };
}

/** The failure that a suggestion ends with; throws if it ends otherwise. */
export async function failureOf(suggestion: Promise<unknown>): Promise<SuggestFailure> {
  const thrown = await suggestion.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isSuggestFailure(thrown)) return thrown;
  throw new Error('the suggestion did not fail as a suggestion does', { cause: thrown });
}

/** What of a call's record does not depend on the clock. */
export function outcomesOf(calls: readonly EngineCall[]) {
  return calls.map(({ model, outcome }) => [model, outcome]);
}
