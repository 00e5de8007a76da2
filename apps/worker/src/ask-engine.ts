import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { EngineAnswer, EngineCall, Escalation, Memory, SuggestRequest } from '@usher/core/engine';
import type { Failure } from '@usher/core/failure';
import { thresholdOf } from '@usher/core/release';
import type { Suggestion } from '@usher/core/suggestion';
import type { TicketText } from '@usher/core/ticket';
import type { Db } from '@usher/db/connect';
import { findEarlierAnswer } from '@usher/db/earlier-answers';
import { hashOf } from '@usher/db/text-hash';
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

/** What a question to an engine needs beside the ticket. */
export interface Asking {
  db: Db;
  maxAges: MaxAges;
  similarExamples: SimilarExamples;
  /** How long an answer is taken over for the same text, in milliseconds; 0 for never. */
  reuseForMs: number;
  escalation: Escalation;
  signal: AbortSignal;
}

/**
 * Asks the engine in force about a ticket. While the ticket may wait, failures of the infrastructure are thrown; once it
 * has waited as long as it may, there is an answer in any case, from Claude, from the local model in its place, or
 * `unavailable`. Throws what the signal aborts.
 */
export async function askEngine(work: Work, current: Current, asking: Asking): Promise<EngineAnswer> {
  const { maxAges, signal } = asking;
  const request = requestFor(work, current, asking);
  const leftMs = waitsUntil(work, maxAges) - Date.now();
  if (work.isSample) return askAboutSample({ ...request, mayWait: leftMs > 0, signal }, current);
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

/** A sample must not cost anything, so that the local model answers, whatever the engine in force. */
async function askAboutSample(request: SuggestRequest, { local, model }: Current): Promise<EngineAnswer> {
  if (model === null && request.mayWait) throw new LocalModelAwaited();
  return local.suggest(request);
}

type Request = Omit<SuggestRequest, 'mayWait' | 'signal'>;
type Asked = Pick<Work, 'ticketId' | 'revision' | 'sourceId' | 'subject' | 'body' | 'lane'>;

/** What an engine is asked about a ticket, whichever way it is asked. */
export function requestFor(work: Asked, current: Current, asking: Omit<Asking, 'maxAges' | 'signal'>): Request {
  const ticket = readableTicket(work);
  const { taxonomy } = current.release;
  return {
    caller: { key: `${work.ticketId}-${work.revision}`, lane: work.lane, sourceId: work.sourceId },
    ticket,
    taxonomy,
    examples: () => asking.similarExamples({ ...work, text: ticket }, current),
    memory: memoryOf(ticket, current, asking),
    isDoubtful: asking.escalation === 'doubt' ? (suggestion) => isDoubtful(suggestion, current) : undefined,
  };
}

function memoryOf(
  ticket: TicketText,
  { release }: Current,
  { db, reuseForMs }: Pick<Asking, 'db' | 'reuseForMs'>,
): Memory | undefined {
  if (reuseForMs === 0) return undefined;
  const textHash = hashOf(ticket);
  return {
    textHash,
    recall: () => findEarlierAnswer(db, { textHash, releaseId: release.id, withinMs: reuseForMs }),
  };
}

/** What the model says of itself is no probability, and asking again for it would cost many times the ticket. */
function isDoubtful({ category, confidence, calibrated }: Suggestion, { release }: Current): boolean {
  const threshold = thresholdOf(release.thresholds, category);
  // Where nothing is decided without a person, the dearer model would save nobody work.
  return calibrated && threshold !== null && confidence < threshold;
}

async function askLastTime(
  request: Request,
  { engine, standIn }: Current,
  { work, maxAges, signal }: Pick<Asking, 'maxAges' | 'signal'> & { work: Work },
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
