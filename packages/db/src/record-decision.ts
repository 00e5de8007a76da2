import type { Decision } from '@usher/core/decide';
import { stateAfter } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import type { Mode } from '@usher/core/release';
import { and, eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { announce } from './deliveries.ts';
import { whileAvailable } from './failures.ts';
import { project } from './project.ts';
import { classifications, decisions } from './schema/facts.ts';
import { tickets } from './schema/tickets.ts';

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
 * Writes down what an engine said and what was decided, in one transaction. The first engine decision for a revision
 * wins: a second one adds its calls (they were paid for) and changes nothing else. Answers whether this one won, and the
 * delivery to make.
 */
export async function recordDecision(
  db: Db,
  outcome: EngineOutcome,
): Promise<{ won: boolean; deliveryId: number | null }> {
  const { ticketId, revision, releaseId, mode, decision } = outcome;
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      await recordCalls(tx, outcome);
      const [won] = await tx
        .insert(decisions)
        .values({ ...decision, ticketId, revision, releaseId, mode, actorKind: 'engine', actor: outcome.engine })
        .onConflictDoNothing()
        .returning({ id: decisions.id });
      if (won === undefined) return { won: false, deliveryId: null };
      const [ticket] = await tx
        .update(tickets)
        .set(project({ decision, decisionId: won.id, state: stateAfter(decision.action, mode) }))
        .where(and(eq(tickets.id, ticketId), eq(tickets.revision, revision), eq(tickets.state, 'received')))
        .returning();
      if (ticket === undefined || mode === 'shadow') return { won: true, deliveryId: null };
      const deliveryId = await announce(tx, { event: 'ticket.decided', ticket, decisionId: won.id });
      return { won: true, deliveryId };
    }),
  );
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
