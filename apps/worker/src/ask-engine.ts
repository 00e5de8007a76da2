import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { EngineAnswer, EngineCall, SuggestRequest } from '@usher/core/engine';
import type { Failure } from '@usher/core/failure';
import type { Work } from '@usher/db/work';
import { isSuggestFailure } from '@usher/engines/claude/failures';
import type { Current } from './current-release.ts';
import { startDeadline } from './deadline.ts';
import type { SimilarExamples } from './similar-examples.ts';
import { lastTryMs, type MaxAges, waitsUntil } from './waiting.ts';

/** The local model for the taxonomy in force is still being learnt. */
export class LocalModelAwaited extends Error implements Failure {
  readonly code = 'local_model_awaited';
  readonly retry = { afterMs: 1_000 };

  constructor() {
    super('the local model is being learnt');
    this.name = 'LocalModelAwaited';
  }
}

/** There is no money for Claude now; a bulk ticket waits for it rather than filling the triage queue. */
export class MoneyAwaited extends Error implements Failure {
  readonly code = 'money_awaited';
  readonly retry = { afterMs: 600_000 };
  readonly calls: EngineCall[];

  constructor(calls: EngineCall[]) {
    super('the budget for Claude is spent');
    this.name = 'MoneyAwaited';
    this.calls = calls;
  }
}

interface Asking {
  maxAges: MaxAges;
  similarExamples: SimilarExamples;
  signal: AbortSignal;
}

/**
 * Asks the engine in force about a ticket. While the ticket may wait, failures of the infrastructure are thrown; once it
 * has waited as long as it may, there is an answer in any case, from Claude, from the local model in its place, or
 * `unavailable`. Throws what the signal aborts.
 */
export async function askEngine(
  work: Work,
  current: Current,
  { maxAges, similarExamples, signal }: Asking,
): Promise<EngineAnswer> {
  const ticket = readableTicket(work);
  const examples = () => similarExamples({ ...work, text: ticket }, current);
  const caller = { key: `${work.ticketId}-${work.revision}`, lane: work.lane, sourceId: work.sourceId };
  const request = { caller, ticket, taxonomy: current.release.taxonomy, examples };
  const leftMs = waitsUntil(work, maxAges) - Date.now();
  if (leftMs <= 0) return askLastTime(request, current, { work, maxAges, signal });
  if (!current.isLearnt) throw new LocalModelAwaited();
  using late = startDeadline(leftMs);
  try {
    const answer = await current.engine.suggest({
      ...request,
      mayWait: true,
      signal: AbortSignal.any([signal, late.signal]),
    });
    if (work.lane === 'bulk' && isOutOfMoney(answer)) throw new MoneyAwaited(answer.calls);
    return answer;
  } catch (thrown) {
    if (signal.aborted || !late.signal.aborted) throw thrown;
    const answer = await askLastTime(request, current, { work, maxAges, signal });
    return { ...answer, calls: [...callsOf(thrown), ...answer.calls] };
  }
}

type Request = Pick<SuggestRequest, 'caller' | 'ticket' | 'taxonomy' | 'examples'>;

async function askLastTime(
  request: Request,
  { engine, standIn }: Current,
  { work, maxAges, signal }: Omit<Asking, 'similarExamples'> & { work: Work },
): Promise<EngineAnswer> {
  using late = startDeadline(lastTryMs(work.lane, maxAges));
  try {
    return await engine.suggest({ ...request, mayWait: false, signal: AbortSignal.any([signal, late.signal]) });
  } catch (thrown) {
    if (signal.aborted || !late.signal.aborted) throw thrown;
    const answer = await standIn?.suggest({ ...request, mayWait: false, signal });
    const calls = [...callsOf(thrown), ...(answer?.calls ?? [])];
    return answer?.kind === 'suggested'
      ? { ...answer, standIn: 'claude_unavailable', calls }
      : { kind: 'nothing', reason: 'unavailable', calls };
  }
}

/** The answers that were paid for before an engine failed. */
export function callsOf(thrown: unknown): readonly EngineCall[] {
  return isSuggestFailure(thrown) || thrown instanceof MoneyAwaited ? thrown.calls : [];
}

function isOutOfMoney(answer: EngineAnswer): boolean {
  return answer.kind === 'nothing' ? answer.reason === 'budget_spent' : answer.standIn === 'budget_spent';
}
