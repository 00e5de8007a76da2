import { decide, respectPerson, type Decision, triageUnread } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import { type Failure, isFailure, retryOf } from '@usher/core/failure';
import type { Payload } from '@usher/core/jobs';
import { recordCalls } from '@usher/db/record-decision';
import { endWork, type Work } from '@usher/db/work';
import { askEngine, callsOf } from '../ask-engine.ts';
import type { Current } from '../current-release.ts';
import type { Deps } from '../deps.ts';
import { hintDeliveries } from '../hint-deliveries.ts';
import { outlast } from '../outlast.ts';
import { pauseMs, waitsUntil } from '../waiting.ts';

/** So many restarts without an end, five starts with the first, say that this ticket stops workers. */
const MOST_RESTARTS = 4;

/** A ticket waits for something that is broken elsewhere; nothing counts against it. */
export class TicketWaits extends Error implements Failure {
  readonly code: string;
  readonly retry: { afterMs: number };

  constructor(cause: Failure, afterMs: number) {
    super('the ticket waits', { cause });
    this.name = 'TicketWaits';
    this.code = cause.code;
    this.retry = { afterMs };
  }
}

/**
 * Suggests and decides for one revision of a ticket. What the infrastructure did leaves the ticket as it was, to be
 * looked at again; any other error leaves its start counted, so that a ticket that no code can handle ends with a person.
 */
export async function classify({ ticketId, revision }: Payload<'classify'>, given: Deps): Promise<void> {
  const work = await given.tickets.start({ ticketId, revision, isRestart: given.isRestart });
  if (work === undefined) return;
  const deps: Deps = work.isShadow ? { ...given, mode: 'shadow' } : given;
  try {
    const current = await deps.current();
    const { decision, calls } = await judge(work, current, deps);
    await conclude(work, { current, decision, calls }, deps);
  } catch (thrown) {
    if (!deps.signal.aborted && !isFailure(thrown)) throw thrown;
    throw await putBack(work, thrown, deps);
  }
}

interface Judged {
  decision: Decision;
  calls: readonly EngineCall[];
}

async function judge(work: Work, current: Current, deps: Deps): Promise<Judged> {
  const { taxonomy, thresholds } = current.release;
  if (work.starts >= MOST_RESTARTS) return { decision: triageUnread('stopped_workers', taxonomy), calls: [] };
  try {
    const answer = await askEngine(work, current, deps);
    const decision = decide(answer, { taxonomy, thresholds, mode: deps.mode });
    return { decision: respectPerson(decision, work.chosenByPerson), calls: answer.calls };
  } catch (thrown) {
    const paid = { ...work, releaseId: current.release.id, mode: deps.mode, calls: callsOf(thrown) };
    await outlast(() => recordCalls(deps.db, paid), deps.signal);
    throw thrown;
  }
}

async function conclude(work: Work, { current, decision, calls }: Judged & { current: Current }, deps: Deps) {
  const { release } = current;
  const { mode, auditShare } = deps;
  const outcome = { ...work, releaseId: release.id, mode, engine: release.engine, calls, decision, auditShare };
  const { won, deliveryIds } = await outlast(() => deps.tickets.record(outcome), deps.signal);
  const { action, reason } = decision;
  const costMicroUsd = calls.reduce((sum, call) => sum + call.costMicroUsd, 0);
  deps.report(
    won
      ? { kind: 'ticket_decided', ...placeOf(work), action, reason, costMicroUsd }
      : { kind: 'ticket_decided_before', ...placeOf(work) },
  );
  await hintDeliveries(deliveryIds, deps);
}

async function putBack(work: Work, thrown: unknown, deps: Deps): Promise<unknown> {
  const { ageMs } = placeOf(work);
  const leftMs = waitsUntil(work, deps.maxAges) - Date.now();
  const isStopping = deps.signal.aborted;
  const isTurn = isTurnAwaited(thrown);
  const waitMs = isStopping ? 0 : pauseMs(retryOf(thrown), { ageMs, leftMs, isTurn, random: Math.random() });
  const { ticketId, revision } = work;
  const dueAt = new Date(Date.now() + waitMs);
  // Who only waits for his turn has neither begun nor ended: what counted against the ticket before still does.
  const starts = isTurn ? work.starts : 0;
  await outlast(() => endWork(deps.db, { ticketId, revision, dueAt, starts }), deps.signal);
  if (isStopping || !isFailure(thrown)) return thrown;
  deps.report({ kind: 'ticket_postponed', ...placeOf(work), code: thrown.code, waitMs });
  return new TicketWaits(thrown, waitMs);
}

/** The shared budget has told to the millisecond when it is this ticket's turn. */
function isTurnAwaited(thrown: unknown): boolean {
  return isFailure(thrown) && thrown.code === 'budget_wait';
}

function placeOf({ ticketId, revision, lane, revisedAt }: Work) {
  return { ticketId, revision, lane, ageMs: Date.now() - revisedAt.getTime() };
}
