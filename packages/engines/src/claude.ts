import type { Engine, EngineAnswer, EngineCall, SuggestRequest } from '@usher/core/engine';
import type { Gate } from '@usher/core/gate';
import type { PriceBook } from '@usher/core/price';
import { buildPrompt } from '@usher/core/prompt';
import type { WarmUp } from '@usher/core/warm-up';
import { callClaude, type ClaudeCall, type Purpose } from './claude/call.ts';
import { createClient } from './claude/client.ts';
import { isSuggestFailure } from './claude/failures.ts';
import { buildRequest } from './claude/request.ts';
import { remembered, takeOver } from './claude/memory.ts';

export interface ClaudeEngineOptions {
  /** Model for ordinary tickets. */
  model: string;
  /** Model that gets one try where the first refused or gave nothing usable; the same model means no such try. */
  hardModel: string;
  apiKey?: string | undefined;
  /** Another address of the API, such as a proxy; Anthropic's own by default. */
  baseUrl?: string | undefined;
  prices: PriceBook;
  gate: Gate;
  /** Whom to ask before the first call with a prompt; absent where this is the only caller. */
  warmUp?: WarmUp | undefined;
  /** For one call, over headers and body. */
  deadlineMs?: number;
  /** Sockets at most, and so calls in flight. */
  connections?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * The engine that asks Claude. Every answer received is in `calls`, usable or not, with its price. What the content did
 * ends in `nothing`; what the infrastructure did throws a SuggestFailure that carries the calls already paid, or answers
 * `unavailable` if the ticket may not wait. A spent budget is answered at once even if the ticket may wait, because money
 * comes back tomorrow or next month and a person can decide today.
 */
export function createClaudeEngine(options: ClaudeEngineOptions): Engine {
  const { model, hardModel, apiKey, baseUrl, prices, gate, warmUp } = options;
  const { deadlineMs = 30_000, connections = 64, now = Date.now } = options;
  const client = createClient({ apiKey, baseUrl, connections });
  const tools = { client, prices, gate, warmUp, account: `${baseUrl ?? ''} ${apiKey ?? ''}`, deadlineMs, now };

  return {
    name: 'claude',
    async suggest(request) {
      const { memory } = request;
      const earlier = await memory?.recall();
      if (memory !== undefined && earlier !== undefined) return takeOver(earlier, memory);
      const calls: EngineCall[] = [];
      const examples = typeof request.examples === 'function' ? await request.examples() : request.examples;
      const prompt = buildPrompt({ ...request, examples });
      const ask: Ask = async (purpose, model, repair) => {
        const built = buildRequest({ model, prompt, taxonomy: request.taxonomy, repair: repair ?? null });
        const call = await callClaude(built, { ...request, purpose }, tools);
        calls.push(remembered(call.record, memory));
        return call.reading;
      };
      try {
        return conclude(await readTicket(ask, { model, hardModel, ...request }), calls);
      } catch (thrown) {
        return withoutAnswer(thrown, request, calls);
      }
    },
  };
}

type Reading = ClaudeCall['reading'];
type Ask = (purpose: Purpose, model: string, repair?: string) => Promise<Reading>;

type Asking = Pick<ClaudeEngineOptions, 'model' | 'hardModel'> & Pick<SuggestRequest, 'isDoubtful'>;

/** One try, one repair of an unusable answer, then the hard model once: each is paid, so there is no fourth. */
async function readTicket(ask: Ask, { model, hardModel, isDoubtful }: Asking): Promise<Reading> {
  let reading = await ask('first', model);
  if (reading.outcome === 'truncated' || reading.outcome === 'unusable')
    reading = await ask('repair', model, reading.detail);
  if (hardModel === model || reading.outcome === 'content_rejected') return reading;
  if (reading.outcome !== 'suggested') return ask('hard', hardModel);
  return isDoubtful?.(reading.suggestion) ? secondOpinion(reading, () => ask('hard', hardModel)) : reading;
}

/** The hard model's suggestion; the ordinary one's, which is paid for, where the hard one has none or cannot be asked. */
async function secondOpinion(first: Reading, ask: () => Promise<Reading>): Promise<Reading> {
  try {
    const second = await ask();
    return second.outcome === 'suggested' ? second : first;
  } catch (thrown) {
    if (!isSuggestFailure(thrown)) throw thrown;
    return first;
  }
}

function conclude(reading: Reading, calls: EngineCall[]): EngineAnswer {
  return reading.outcome === 'suggested'
    ? { kind: 'suggested', suggestion: reading.suggestion, standIn: null, calls }
    : { kind: 'nothing', reason: reading.outcome, calls };
}

function withoutAnswer(thrown: unknown, { mayWait }: SuggestRequest, calls: EngineCall[]): EngineAnswer {
  if (!isSuggestFailure(thrown)) throw thrown;
  if (thrown.code === 'budget_spent') return { kind: 'nothing', reason: 'budget_spent', calls };
  if (!mayWait && thrown.code !== 'aborted') return { kind: 'nothing', reason: 'unavailable', calls };
  thrown.calls.push(...calls);
  throw thrown;
}
