import type { Decision } from '@usher/core/decide';
import type { TicketState } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { tickets } from './schema/tickets.ts';

/** What the ticket row shows of its newest decision. A shadowed ticket shows none: nothing was assigned. */
export function project({
  decision,
  decisionId,
  state,
}: {
  decision: Decision;
  decisionId: number;
  state: TicketState;
}): PgUpdateSetSource<typeof tickets> {
  if (state === 'shadowed') return { state, starts: 0, decisionId, decidedAt: sql`now()` };
  const { action, reason, category, subcategory, team, priority, slaHours, confidence, note } = decision;
  return {
    state,
    starts: 0,
    decisionId,
    action,
    reason,
    category,
    subcategory,
    team,
    priority,
    slaHours,
    confidence,
    note,
    slaDueAt: sql`${tickets.receivedAt} + ${slaHours} * interval '1 hour'`,
    decidedAt: sql`now()`,
  };
}
