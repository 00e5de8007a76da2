import type { EngineCall, SuggestRequest } from '@usher/core/engine';
import type { CallEnd, GateCall } from '@usher/core/gate';
import { type ClaudeEngineOptions, createClaudeEngine } from '@usher/engines/claude';
import { isSuggestFailure, type SuggestFailure } from '@usher/engines/claude/failures';
import { readPrices } from '@usher/engines/claude/prices';
import type { ClaudeServer } from './claude-server.ts';
import { desk } from './claude-server-desk.ts';

/** A ticket that the stand-in for Claude files under billing, with confidence. */
export const refundTicket = { subject: 'Refund', body: 'I was charged twice, please refund the second payment.' };

/** The Claude engine against a server, with the calls that it wanted to make and how they ended. */
export function engineAgainst(server: Pick<ClaudeServer, 'url'>, options: Partial<ClaudeEngineOptions> = {}) {
  const entered: GateCall[] = [];
  const ends: CallEnd[] = [];
  const engine = createClaudeEngine({
    model: 'claude-haiku-5-5',
    hardModel: 'claude-sonnet-5-5',
    apiKey: 'test-key',
    baseUrl: server.url,
    prices: readPrices(),
    gate: {
      async enter(call) {
        entered.push(call);
        return { end: async (how) => void ends.push(how) };
      },
    },
    ...options,
  });
  return { suggest: (request: Partial<SuggestRequest> = {}) => engine.suggest(asked(request)), entered, ends };
}

function asked(request: Partial<SuggestRequest>): SuggestRequest {
  const signal = new AbortController().signal;
  const caller = { key: '7-1', lane: 'live', sourceId: 3 } as const;
  return { caller, ticket: refundTicket, taxonomy: desk, examples: [], mayWait: true, signal, ...request };
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
