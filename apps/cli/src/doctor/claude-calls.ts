import type { ServerSays } from '@usher/core/budget/server-says';
import type { Config } from '@usher/core/config';
import type { EngineAnswer, EngineCall, SuggestRequest } from '@usher/core/engine';
import type { Gate } from '@usher/core/gate';
import type { PriceBook } from '@usher/core/price';
import type { Taxonomy } from '@usher/core/taxonomy';
import { createClaudeEngine } from '@usher/engines/claude';
import { type Check, reasonOf } from './check.ts';

/** A ticket of nobody's that any desk can file. */
const TICKET = {
  subject: 'Charged twice',
  body: 'I see two charges of 49 EUR for one order. Please refund one of them.',
};

/** Asks the ordinary model twice about a ticket, and the hard model once, on the way that tickets take. */
export async function checkCalls(
  config: Config,
  { taxonomy, prices }: { taxonomy: Taxonomy; prices: PriceBook },
): Promise<Check[]> {
  const { USHER_MODEL: model, USHER_HARD_MODEL: hardModel } = config;
  const says: ServerSays[] = [];
  const ask = async (model: string) => {
    const account = { apiKey: config.ANTHROPIC_API_KEY, baseUrl: config.ANTHROPIC_BASE_URL };
    const engine = createClaudeEngine({ ...account, model, hardModel: model, prices, gate: listeningGate(says) });
    return engine.suggest(requestFor(taxonomy));
  };
  try {
    const first = await ask(model);
    const checks = [checkAnswer(`${model}'s answer`, first), checkCache(first, await ask(model)), checkLimits(says)];
    if (hardModel !== model) checks.push(checkAnswer(`${hardModel}'s answer`, await ask(hardModel)));
    return checks;
  } catch (thrown) {
    const todo = 'Look into the status page of Claude and the limits of your account, and run usher doctor again.';
    return [{ name: 'classification', status: 'failed', says: reasonOf(thrown), todo }];
  }
}

function requestFor(taxonomy: Taxonomy): SuggestRequest {
  const caller = { key: 'doctor', lane: 'live', sourceId: null } as const;
  const { signal } = new AbortController();
  return { caller, ticket: TICKET, taxonomy, examples: [], mayWait: true, signal };
}

/** An open gate that hears what the headers say. */
function listeningGate(says: ServerSays[]): Gate {
  return {
    async enter() {
      return { end: async (how) => void ('says' in how && says.push(how.says)) };
    },
  };
}

function checkAnswer(name: string, answer: EngineAnswer): Check {
  if (answer.kind === 'nothing') return { name, status: 'failed', ...whyNothing(answer) };
  const { calls, suggestion } = answer;
  const paid = `$${(calls.reduce((sum, call) => sum + call.costMicroUsd, 0) / 1_000_000).toFixed(6)}`;
  const took = `${Math.round(calls.at(-1)?.durationMs ?? 0)} ms for ${paid}`;
  const says = `${suggestion.category} with ${suggestion.confidence.toFixed(2)} in ${took}`;
  if (calls.length === 1) return { name, status: 'ok', says };
  const todo = 'Each unusable answer is paid for: if it happens often, try another model.';
  return { name, status: 'warning', says: `${says}, at the second try (${outcomesOf(calls)})`, todo };
}

function whyNothing({ calls, reason }: Extract<EngineAnswer, { kind: 'nothing' }>): Pick<Check, 'says' | 'todo'> {
  if (calls.length === 0) {
    const todo = 'Look into the limits and the credit of your account, and run usher doctor again.';
    return { says: `Claude was not to be had: ${reason}`, todo };
  }
  const todo = 'The request may not suit this model: try another one, and report it with the request id.';
  const ids = calls.flatMap(({ requestId }) => requestId ?? []).join(', ');
  return { says: `no usable answer (${outcomesOf(calls)}; ${ids})`, todo };
}

function outcomesOf(calls: readonly EngineCall[]): string {
  return calls.map(({ outcome }) => outcome).join(', then ');
}

function checkCache(first: EngineAnswer, second: EngineAnswer): Check {
  const written = writtenBy(first.calls.at(-1)?.usage);
  const read = second.calls.at(-1)?.usage?.cacheReadTokens ?? 0;
  const name = 'prompt cache';
  const before = written > 0 ? `${written} tokens written` : 'the prompt was there already';
  if (read > 0) return { name, status: 'ok', says: `${before}, then ${read} read` };
  const todo = 'Below 512 tokens Claude keeps nothing; otherwise a proxy may change requests on their way.';
  return {
    name,
    status: 'warning',
    says: 'nothing was read from the cache, so that tickets cost several times as much',
    todo,
  };
}

function writtenBy(usage: EngineCall['usage'] | undefined): number {
  return (usage?.cacheWrite1hTokens ?? 0) + (usage?.cacheWrite5mTokens ?? 0);
}

function checkLimits(says: readonly ServerSays[]): Check {
  const { requests, inputTokens, outputTokens } = says.at(-1)?.limits ?? {};
  const name = 'limits';
  if (requests === undefined) {
    const todo = 'Set USHER_RPM, USHER_ITPM and USHER_OTPM to those of your account.';
    return { name, status: 'warning', says: 'the answers do not tell the limits of the account', todo };
  }
  const tokens = `${amount(inputTokens)} input and ${amount(outputTokens)} output tokens`;
  return { name, status: 'ok', says: `${amount(requests)} requests, ${tokens} a minute` };
}

function amount(value: number | undefined): string {
  return value?.toLocaleString('en') ?? 'unknown';
}
