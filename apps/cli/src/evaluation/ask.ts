import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, EngineAnswer, EngineName, SuggestRequest } from '@usher/core/engine';
import type { CascadeJudgement } from '@usher/core/evaluation/calibrated-cascade';
import { isFailure, retryOf } from '@usher/core/failure';
import type { TicketText } from '@usher/core/ticket';
import { createEngines } from '@usher/engines/registry';
import { retrieveExamples } from './compare.ts';
import type { Learnt } from './learn.ts';
import type { Predicted } from './predict.ts';

const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 1_000;

export interface Asking {
  engine: Exclude<EngineName, 'local'>;
  claude: Engine;
  /** Whether what Claude says about this ticket comes with a confidence. */
  isStated: (ticket: TicketText) => boolean;
  /** Tickets in flight. */
  concurrency: number;
}

/** Asks an engine about every ticket, in their order. Throws Claude's Failure if it doesn't answer in six tries. */
export async function askAll(
  predicted: readonly Predicted[],
  learnt: Learnt,
  asking: Asking,
): Promise<CascadeJudgement[]> {
  const asked: CascadeJudgement[] = [];
  const queue = predicted.entries();
  const failure = new AbortController();
  const work = async () => {
    for (const [at, one] of queue) {
      failure.signal.throwIfAborted();
      asked[at] = await askAbout(one, learnt, { ...asking, at, signal: failure.signal });
    }
  };
  try {
    await Promise.all(Array.from({ length: asking.concurrency }, work));
  } catch (thrown) {
    failure.abort(thrown);
    throw thrown;
  }
  return asked;
}

async function askAbout(
  predicted: Predicted,
  learnt: Learnt,
  asking: Asking & { at: number; signal: AbortSignal },
): Promise<CascadeJudgement> {
  const { ticket } = predicted;
  let isCall = false;
  const claude: Engine = {
    name: 'claude',
    suggest(request) {
      isCall = true;
      return asking.claude.suggest({ ...request, examples: retrieveExamples(learnt, predicted) });
    },
  };
  const { engine } = createEngines(asking.engine, { claude, model: learnt.model });
  const { at, signal } = asking;
  const { taxonomy } = learnt.labels;
  const caller = { key: `evaluate-${at}`, lane: 'bulk', sourceId: null } as const;
  const request = { caller, ticket: ticket.text, taxonomy, examples: [], mayWait: true, signal };
  const answer = await askPatiently(engine, request);
  const isClaudes = isCall && answer.kind === 'suggested' && answer.standIn === null;
  return {
    actual: ticket.key,
    given: answer.kind === 'suggested' ? answer.suggestion.category : null,
    confidence: isClaudes && !asking.isStated(ticket.text) ? null : confidenceOf(answer),
    isCall,
    signals: isClaudes ? (answer.suggestion.signals ?? null) : null,
  };
}

function confidenceOf(answer: EngineAnswer): number | null {
  return answer.kind === 'suggested' ? answer.suggestion.confidence : null;
}

/** What the infrastructure did is tried again, so that an outage is never counted as a wrong answer. */
async function askPatiently(engine: Engine, request: SuggestRequest): Promise<EngineAnswer> {
  for (let failures = 1; ; failures++) {
    try {
      return await engine.suggest(request);
    } catch (thrown) {
      const retry = retryOf(thrown);
      if (!isFailure(thrown) || retry === 'never' || failures === MOST_TRIES) throw thrown;
      await pause(retry === 'backoff' ? FIRST_PAUSE_MS * 2 ** (failures - 1) : retry.afterMs, undefined, {
        signal: request.signal,
      });
    }
  }
}
