import { z } from '@hono/zod-openapi';
import { Action, DecisionReason } from '@usher/core/decide';
import { Priority } from '@usher/core/priority';
import { isSampleSource } from '@usher/core/source-name';
import { Lane, TicketState } from '@usher/core/ticket';
import type { StoredTicket } from '@usher/db/find-ticket';
import { shown, ShownMoment, shownOrNull } from './moment.ts';

/** A ticket without its text's body, as lists show it. */
export const ListedTicket = z
  .object({
    id: z.number().int().describe("Usher's own number."),
    source: z.string(),
    sample: z.boolean().describe('Whether it only shows how tickets are decided: it is never learnt from or counted.'),
    ticket_id: z.string().describe('Its id in the source.'),
    revision: z.number().int().describe('Number of the newest text.'),
    subject: z.string(),
    requester: z.string().nullable(),
    channel: z.string().nullable(),
    language: z.string().nullable(),
    created_at: ShownMoment.nullable(),
    received_at: ShownMoment,
    revised_at: ShownMoment,
    lane: Lane,
    state: TicketState,
    action: Action.nullable(),
    reason: DecisionReason.nullable(),
    routed_to: z.string().nullable(),
    category: z.string().nullable(),
    subcategory: z.string().nullable(),
    priority: Priority.nullable(),
    sla_hours: z.number().nullable(),
    sla_due_at: ShownMoment.nullable(),
    confidence: z.number().nullable(),
    calibrated: z.boolean().nullable().describe('Whether outcomes say how often such a confidence is right.'),
    note: z.string().nullable(),
    decided_at: ShownMoment.nullable(),
  })
  .openapi('ListedTicket');
type ListedTicket = z.infer<typeof ListedTicket>;

/** Shows a ticket in a list. */
export function showListed(ticket: StoredTicket): ListedTicket {
  const { id, source, revision, subject, requester, channel, language, lane, state } = ticket;
  return {
    id,
    source,
    sample: isSampleSource(source),
    ticket_id: ticket.externalId,
    revision,
    subject,
    requester,
    channel,
    language,
    created_at: shownOrNull(ticket.createdAt),
    received_at: shown(ticket.receivedAt),
    revised_at: shown(ticket.revisedAt),
    lane,
    state,
    ...showAssignment(ticket),
  };
}

function showAssignment(ticket: StoredTicket) {
  const { action, reason, team, category, subcategory, priority, slaHours, confidence, note } = ticket;
  return {
    action,
    reason,
    routed_to: team,
    category,
    subcategory,
    priority,
    sla_hours: slaHours,
    sla_due_at: shownOrNull(ticket.slaDueAt),
    confidence,
    calibrated: ticket.isCalibrated,
    note,
    decided_at: shownOrNull(ticket.decidedAt),
  };
}
