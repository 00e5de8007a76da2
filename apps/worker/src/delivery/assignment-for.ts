import type { Assignment } from '@usher/core/connectors/assignment';
import type { HelpdeskDelivery } from '@usher/db/deliveries';

/** What a helpdesk is told: made of facts that never change, so that every attempt says the same. */
export function assignmentFor(
  { externalId, ticketId }: HelpdeskDelivery,
  { decision, slaDueAt, rationale }: NonNullable<HelpdeskDelivery['decided']>,
  { publicUrl }: { publicUrl: string | undefined },
): Assignment {
  return {
    ticketId: externalId,
    decisionId: decision.id,
    decision,
    decidedAt: decision.createdAt,
    slaDueAt,
    rationale,
    correctionUrl: publicUrl === undefined ? null : `${publicUrl}/tickets/${ticketId}`,
  };
}
