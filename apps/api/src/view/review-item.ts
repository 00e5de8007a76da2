import { z } from '@hono/zod-openapi';
import { isSampleSource } from '@usher/core/source-name';
import { Alternative, type Suggestion } from '@usher/core/suggestion';
import type { ClaimedAudit } from '@usher/db/review';
import type { StoredTicket } from '@usher/db/find-ticket';
import { shown, ShownMoment, shownOrNull } from './moment.ts';

const Suggested = z.object({
  category: z.string().nullable(),
  subcategory: z.string().nullable(),
  confidence: z.number().nullable(),
  calibrated: z.boolean().nullable().describe('Whether outcomes say how often such a confidence is right.'),
  reason: z.string().nullable(),
  note: z.string().nullable(),
  rationale: z.string().nullable().describe('Why the engine said so.'),
  alternatives: z
    .array(Alternative)
    .describe('Other likely categories, most likely first; only of an item that is yours.'),
});

/** An item of the review queue; of a blind audit, nothing of the decision is shown. */
export const ReviewItem = z
  .object({
    id: z.string().describe('What to answer to: `POST /v1/review/{id}`.'),
    kind: z.enum(['triage', 'suggest', 'audit']),
    source: z.string(),
    sample: z.boolean().describe('Whether it only shows how tickets are decided: it is never learnt from or counted.'),
    ticket_id: z.string(),
    subject: z.string(),
    body: z.string(),
    received_at: ShownMoment,
    sla_due_at: ShownMoment.nullable(),
    suggested: Suggested.nullable().describe('Null in a blind audit.'),
    claimed_until: ShownMoment.nullable().describe('Nobody else gets it before; null where it is not claimed.'),
  })
  .openapi('ReviewItem');

/** Shows a ticket that waits for a person; of one that is held, also what an engine said. */
export function showWaiting(
  ticket: StoredTicket,
  held: { claimedUntil: Date; suggestion: Suggestion | null } | null,
): z.infer<typeof ReviewItem> {
  const { id, source, externalId, subject, body, category, subcategory, confidence, isCalibrated, reason, note } =
    ticket;
  return {
    id: String(id),
    kind: ticket.state === 'suggested' ? 'suggest' : 'triage',
    source,
    sample: isSampleSource(source),
    ticket_id: externalId,
    subject,
    body,
    received_at: shown(ticket.receivedAt),
    sla_due_at: shownOrNull(ticket.slaDueAt),
    suggested: {
      category,
      subcategory,
      confidence,
      calibrated: isCalibrated,
      reason,
      note,
      rationale: held?.suggestion?.rationale ?? null,
      alternatives: held?.suggestion?.alternatives ?? [],
    },
    claimed_until: shownOrNull(held?.claimedUntil ?? null),
  };
}

/** Shows an automated decision that is to be judged blindly. */
export function showAudit(audit: ClaimedAudit): z.infer<typeof ReviewItem> {
  const { auditId, source, externalId, subject, body, receivedAt, claimedUntil } = audit;
  return {
    id: `audit-${auditId}`,
    kind: 'audit',
    source,
    sample: false,
    ticket_id: externalId,
    subject,
    body,
    received_at: shown(receivedAt),
    sla_due_at: null,
    suggested: null,
    claimed_until: shown(claimedUntil),
  };
}
