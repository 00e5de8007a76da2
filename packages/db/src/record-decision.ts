import type { Decision } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import type { Mode } from '@usher/core/release';
import { sql } from 'drizzle-orm';
import { insertAnswers, jsonOfAnswers } from './answers.ts';
import { appendDecisions } from './append-decision.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

export interface EngineOutcome {
  ticketId: number;
  revision: number;
  releaseId: number;
  mode: Mode;
  engine: string;
  calls: readonly EngineCall[];
  decision: Decision;
  /** Share of automated decisions, 0 to 1, that are drawn for blind review. */
  auditShare?: number;
}

/** Whether a decision won, and the deliveries to make. */
export interface Recorded {
  won: boolean;
  deliveryIds: number[];
}

/**
 * Writes down what engines said and what was decided, for tickets that stand in the list once each. The first engine
 * decision for a revision wins. Answers in the order of the list.
 */
export async function recordDecisions(db: Db, outcomes: readonly EngineOutcome[]): Promise<Recorded[]> {
  const decisions = outcomes.map(({ engine, ...outcome }) => ({
    ...outcome,
    actorKind: 'engine' as const,
    actor: engine,
  }));
  const appended = await whileAvailable(() => appendDecisions(db, decisions));
  return appended.map(({ decisionId, deliveryIds }) => ({ won: decisionId !== null, deliveryIds }));
}

/** Writes down what an engine said and what was decided for one ticket; see recordDecisions. */
export async function recordDecision(db: Db, outcome: EngineOutcome): Promise<Recorded> {
  const [recorded] = await recordDecisions(db, [outcome]);
  return recorded ?? { won: false, deliveryIds: [] };
}

/** Writes down engine answers for which no decision could be made; each was paid for. */
export async function recordCalls(
  db: Db,
  outcome: Pick<EngineOutcome, 'ticketId' | 'revision' | 'releaseId' | 'mode' | 'calls'>,
): Promise<void> {
  const { ticketId, revision, releaseId, mode, calls } = outcome;
  if (calls.length === 0) return;
  // As a foreign key would: a ticket that was removed meanwhile gets no answers.
  const held = sql`(
    select id as ticket_id, ${revision}::int as revision, ${releaseId}::bigint as release_id, ${mode}::text as mode
    from tickets where id = ${ticketId} for key share)`;
  await whileAvailable(() => db.execute(insertAnswers(jsonOfAnswers([{ ticketId, calls }]), held)));
}
