import type { Decision } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import type { Mode } from '@usher/core/release';
import { appendDecision } from './append-decision.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { classifications } from './schema/facts.ts';

export interface EngineOutcome {
  ticketId: number;
  revision: number;
  releaseId: number;
  mode: Mode;
  engine: string;
  calls: readonly EngineCall[];
  decision: Decision;
}

/**
 * Writes down what an engine said and what was decided. The first engine decision for a revision wins. Answers whether
 * this one won, and the delivery to make.
 */
export async function recordDecision(
  db: Db,
  { engine, ...outcome }: EngineOutcome,
): Promise<{ won: boolean; deliveryId: number | null }> {
  const by = { actorKind: 'engine', actor: engine, event: 'ticket.decided' } as const;
  const { decisionId, deliveryId } = await whileAvailable(() => appendDecision(db, { ...outcome, ...by }));
  return { won: decisionId !== null, deliveryId };
}

/** Writes down engine answers for which no decision could be made; each was paid for. */
export async function recordCalls(
  db: Db,
  outcome: Pick<EngineOutcome, 'ticketId' | 'revision' | 'releaseId' | 'mode' | 'calls'>,
): Promise<void> {
  const { ticketId, revision, releaseId, mode, calls } = outcome;
  if (calls.length === 0) return;
  const rows = calls.map(({ usage, ...call }) => ({
    ...call,
    ...usage,
    durationMs: Math.round(call.durationMs),
    ticketId,
    revision,
    releaseId,
    shadow: mode === 'shadow',
  }));
  await whileAvailable(() => db.insert(classifications).values(rows));
}
