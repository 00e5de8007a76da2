import type { CategorisedDecision } from '@usher/core/decide';
import { and, eq } from 'drizzle-orm';
import { appendDecision } from './append-decision.ts';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import type { CorrectionBy } from './correct-ticket.ts';
import { whileAvailable } from './failures.ts';
import { keepExample, keepOutcome } from './keep-label.ts';
import { decisions } from './schema/facts.ts';
import { blindAudits, outcomes } from './schema/learning.ts';
import { tickets } from './schema/tickets.ts';

/** What a reviewer said about an automated decision without knowing it. */
export interface AuditVerdict {
  auditId: number;
  decision: CategorisedDecision;
  by: Pick<CorrectionBy, 'actorKind' | 'actor'>;
}

/** What became of a verdict: whether it agreed with the decision, or that there is nothing to judge (any more). */
export type AuditOutcome =
  | { kind: 'judged'; ticketId: number; isRight: boolean; deliveryIds: number[] }
  | { kind: 'unknown' | 'judged_before' | 'claimed' };

/**
 * Writes down a blind verdict as an outcome and as a labelled example. Where it shows that the ticket went to the wrong place, and
 * nobody had a word in it since, the ticket is routed again; that is no correction in the reports, since it was drawn by lot.
 */
export async function recordAuditVerdict(db: Db, verdict: AuditVerdict): Promise<AuditOutcome> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [audit] = await tx.select().from(blindAudits).where(eq(blindAudits.id, verdict.auditId)).for('update');
      if (audit === undefined) return { kind: 'unknown' };
      if (audit.auditedAt !== null) return { kind: 'judged_before' };
      return isHeldByOther(audit, verdict.by.actor) ? { kind: 'claimed' } : judge(tx, audit, verdict);
    }),
  );
}

type Audit = typeof blindAudits.$inferSelect;

function isHeldByOther({ claimedBy, claimedUntil }: Audit, actor: string): boolean {
  return claimedBy !== null && claimedBy !== actor && claimedUntil !== null && claimedUntil > new Date();
}

async function judge(tx: Db, audit: Audit, { auditId, decision, by }: AuditVerdict): Promise<AuditOutcome> {
  const { ticketId, revision } = audit;
  const { category, subcategory } = decision;
  const label = { category, subcategory, actor: by.actor };
  const isUntouched = await nobodySpoke(tx, ticketId, revision);
  const said = { category, subcategory, auditedBy: by.actor, auditedAt: new Date() };
  await tx.update(blindAudits).set(said).where(eq(blindAudits.id, auditId));
  await keepOutcome(tx, { ticketId, revision, via: 'audit', label });
  const [ticket] = await tx.select().from(tickets).where(eq(tickets.id, ticketId)).for('update');
  const [judged] = await tx.select().from(decisions).where(eq(decisions.id, audit.decisionId));
  if (ticket === undefined || judged === undefined) throw new Error(`audit ${auditId} lost its ticket`);
  if (ticket.revision === revision) await keepExample(tx, ticket, { label, provenance: 'audit', weight: 1 });
  await writeAudit(tx, { actor: by.actor, verb: 'ticket.audit', subject: `ticket ${ticketId}`, detail: { category } });
  const isRight = judged.category === category;
  const isMisplaced = !isRight && isUntouched && ticket.decisionId === judged.id;
  if (!isMisplaced) return { kind: 'judged', ticketId, isRight, deliveryIds: [] };
  const { releaseId, mode } = judged;
  const change = { ticketId, revision, releaseId, mode, ...by, calls: [] } as const;
  const { deliveryIds } = await appendDecision(tx, { ...change, decision: { ...decision, reason: 'corrected' } });
  return { kind: 'judged', ticketId, isRight, deliveryIds };
}

async function nobodySpoke(tx: Db, ticketId: number, revision: number): Promise<boolean> {
  const said = await tx
    .select({ id: outcomes.id })
    .from(outcomes)
    .where(and(eq(outcomes.ticketId, ticketId), eq(outcomes.revision, revision)))
    .limit(1);
  return said.length === 0;
}
